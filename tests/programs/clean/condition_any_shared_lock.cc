// expect: clean
// Readers wait with a shared lock, and the writer sets the flag under the mutex.
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
  published.wait(lock, [=] { return edition >= wanted; });
  return edition;
}

int main() {
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) readers.emplace_back([] { AwaitEdition(1); });
  {
    std::unique_lock lock(mutex);
    edition = 1;
  }
  published.notify_all();
  for (std::thread& reader : readers) reader.join();
}
