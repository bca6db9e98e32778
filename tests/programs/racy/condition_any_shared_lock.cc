// expect: lost_wakeup|deadlock
// Readers wait with a shared lock; the writer sets the flag without the mutex, between a reader's look and its wait.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

std::shared_mutex mutex;
std::condition_variable_any published;
std::atomic<int> edition = 0;

int AwaitEdition(int wanted) {
  std::shared_lock lock(mutex);
  published.wait(lock, [=] { return edition >= wanted; });  // bug
  return edition;
}

int main() {
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) readers.emplace_back([] { AwaitEdition(1); });
  {
    edition = 1;
  }
  published.notify_all();
  for (std::thread& reader : readers) reader.join();
}
