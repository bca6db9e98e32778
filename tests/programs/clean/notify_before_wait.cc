// expect: clean
// The same with a flag that remembers, by condition variable and by atomic::wait.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable done;
bool is_done = false;
std::atomic<bool> is_really_done = false;

int main() {
  std::thread worker([] {
    {
      std::lock_guard<std::mutex> lock(mutex);
      is_done = true;
    }
    done.notify_one();
    is_really_done = true;
    is_really_done.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    done.wait(lock, [] { return is_done; });
  }
  is_really_done.wait(false);
  worker.join();
}
