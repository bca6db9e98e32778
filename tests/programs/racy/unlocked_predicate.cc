// expect: lost_wakeup
// The flag is atomic, so it is set without the mutex: right between the waiter's look and its wait.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
std::atomic<bool> is_ready = false;

int main() {
  std::thread worker([] {
    is_ready = true;
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [] { return is_ready.load(); });  // bug
  }
  worker.join();
}
