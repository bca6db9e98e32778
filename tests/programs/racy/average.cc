// expect: assertion
// An atomic number is read, added to and written back: in between another may have done the same.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

std::atomic<double> sum = 0;

void Add(double value) { sum = sum + value; }

int main() {
  std::vector<std::thread> threads;
  for (int i = 1; i <= 3; ++i) threads.emplace_back(Add, i);
  for (std::thread& thread : threads) thread.join();
  assert(sum / 3 == 2);  // bug
}
