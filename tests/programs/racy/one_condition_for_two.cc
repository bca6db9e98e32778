// expect: lost_wakeup|deadlock
// Producers and consumers wait on one condition variable and wake one another: the wake-up may go to the wrong kind.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::condition_variable changed;
bool is_full = false;

void Put() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return !is_full; });  // bug
  is_full = true;
  changed.notify_one();
}

void Take() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return is_full; });  // bug
  is_full = false;
  changed.notify_one();
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
