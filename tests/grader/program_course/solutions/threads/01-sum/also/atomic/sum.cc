#include <atomic>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  const bool is_strict = argc > 1 && std::string(argv[1]) == "--strict";
  std::vector<long> numbers;
  for (long number = 0; std::cin >> number;) numbers.push_back(number);
  if (is_strict && !std::cin.eof()) return 2;
  std::ios::sync_with_stdio(false);
  std::atomic<long> sum = 0;
  const std::size_t half = numbers.size() / 2;
  std::thread other([&] {
    for (std::size_t i = 0; i < half; ++i) sum += numbers[i];
  });
  for (std::size_t i = half; i < numbers.size(); ++i) sum += numbers[i];
  other.join();
  std::cout << "sum " << sum << '\n';
  return 0;
}
