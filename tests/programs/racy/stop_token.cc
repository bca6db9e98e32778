// expect: deadlock|lost_wakeup
// The worker waits on an ordinary condition variable, which a request to stop does not wake.
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

std::mutex mutex;
std::condition_variable changed;

int main() {
  std::jthread worker([](std::stop_token stop) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return stop.stop_requested(); });  // bug
  });
  worker.request_stop();
}
