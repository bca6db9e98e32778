// expect: data_race
// Of 64 threads, one forgets the lock.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
int total = 0;

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([i] {
      if (i == 50) {
        ++total;  // bug
        return;
      }
      std::lock_guard<std::mutex> lock(mutex);
      ++total;  // bug
    });
  }
  for (std::thread& thread : threads) thread.join();
  return total == 64 ? 0 : 1;
}
