// expect: clean
// Four threads print numbers, text and floating point to std::cout and std::cerr; a string stream is each thread's own.
#include <cassert>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <thread>
#include <vector>

void Report(int id) {
  std::ostringstream line;
  line << "worker " << id << " has " << std::fixed << std::setprecision(2) << id * 1.5 << '\n';
  std::cout << line.str();
  std::cout << id << " " << 0.5 << std::endl;
  std::cerr << "done " << id << '\n';
  std::istringstream input("1 2 3");
  int sum = 0;
  for (int number; input >> number;) sum += number;
  assert(sum == 6);
}

int main() {
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) workers.emplace_back(Report, i);
  for (std::thread& worker : workers) worker.join();
  std::cout << "all done" << std::endl;
}
