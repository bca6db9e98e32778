// expect: lost_wakeup
// Waits for a notification that may have come already, with nothing to remember it.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable done;

int main() {
  std::thread worker([] { done.notify_one(); });
  {
    std::unique_lock<std::mutex> lock(mutex);
    done.wait(lock);  // bug
  }
  worker.join();
}
