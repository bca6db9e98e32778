// expect: clean
// 64 threads at once, and 64 more in the places of the first.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
int total = 0;
std::atomic<int> arrivals = 0;

void RunAll() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([] {
      arrivals.fetch_add(1, std::memory_order_relaxed);
      std::lock_guard<std::mutex> lock(mutex);
      ++total;
    });
  }
  for (std::thread& thread : threads) thread.join();
}

int main() {
  RunAll();
  RunAll();
  assert(total == 128 && arrivals == 128);
}
