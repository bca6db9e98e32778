// expect: output check=sums
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  const bool is_strict = argc > 1 && std::string(argv[1]) == "--strict";
  std::vector<long> numbers;
  for (long number = 0; std::cin >> number;) numbers.push_back(number);
  if (is_strict && !std::cin.eof()) return 2;
  std::mutex mutex;
  long left = 0;
  long right = 0;
  const std::size_t half = numbers.size() / 2;
  std::thread other([&] {
    for (std::size_t i = 0; i < half; ++i) left += numbers[i];
    std::scoped_lock lock(mutex);
    std::printf("10");
  });
  for (std::size_t i = half; i < numbers.size(); ++i) right += numbers[i];
  {
    std::scoped_lock lock(mutex);
    std::printf("sum ");
  }
  other.join();
  std::printf("\n");
  return 0;
}
