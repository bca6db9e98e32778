// expect: clean
// Producers and consumers each have a condition variable of their own.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::condition_variable filled;
std::condition_variable emptied;
bool is_full = false;

void Put() {
  std::unique_lock lock(mutex);
  emptied.wait(lock, [] { return !is_full; });
  is_full = true;
  filled.notify_one();
}

void Take() {
  std::unique_lock lock(mutex);
  filled.wait(lock, [] { return is_full; });
  is_full = false;
  emptied.notify_one();
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 2; ++n) Put();
    });
    threads.emplace_back([] {
      for (int n = 0; n < 2; ++n) Take();
    });
  }
  for (std::thread& thread : threads) thread.join();
}
