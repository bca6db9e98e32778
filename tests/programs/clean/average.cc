// expect: clean
// The new number is written only if the old one is still there.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

std::atomic<double> sum = 0;

void Add(double value) {
  double old = sum;
  while (!sum.compare_exchange_weak(old, old + value)) {
  }
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 1; i <= 3; ++i) threads.emplace_back(Add, i);
  for (std::thread& thread : threads) thread.join();
  assert(sum / 3 == 2);
}
