// expect: clean
// The flag is atomic and set under the mutex.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
std::atomic<bool> is_ready = false;

int main() {
  std::thread worker([] {
    {
      std::lock_guard<std::mutex> lock(mutex);
      is_ready = true;
    }
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [] { return is_ready.load(); });
  }
  worker.join();
}
