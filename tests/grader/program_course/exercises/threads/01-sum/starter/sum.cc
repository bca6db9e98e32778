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
  std::printf("sum 0\n");
  return 0;
}
