// expect: clean
// condition_variable_any waits for a notification or a request to stop; a callback runs at the request.
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <stop_token>
#include <thread>

std::mutex mutex;
std::condition_variable_any changed;
std::queue<int> tasks;
std::atomic<int> callbacks = 0;

int main() {
  int done = 0;
  {
    std::jthread worker([&](std::stop_token stop) {
      std::stop_callback on_stop(stop, [] { ++callbacks; });
      std::unique_lock<std::mutex> lock(mutex);
      while (changed.wait(lock, stop, [] { return !tasks.empty(); })) {
        done += tasks.front();
        tasks.pop();
      }
    });
    {
      std::lock_guard<std::mutex> lock(mutex);
      tasks.push(1);
    }
    changed.notify_one();
  }
  assert(done <= 1);
  assert(callbacks <= 1);
}
