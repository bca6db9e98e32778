// expect: clean
// A jthread joins itself, also when the function returns early, and asks its worker to stop.
#include <cassert>
#include <mutex>
#include <stop_token>
#include <thread>

std::mutex mutex;
int work_done = 0;

bool Start(bool is_impatient) {
  std::jthread worker([](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    std::lock_guard<std::mutex> lock(mutex);
    ++work_done;
  });
  if (is_impatient) return false;
  worker.request_stop();
  worker.join();
  return true;
}

int main() {
  Start(true);
  Start(false);
  std::lock_guard<std::mutex> lock(mutex);
  assert(work_done == 2);
}
