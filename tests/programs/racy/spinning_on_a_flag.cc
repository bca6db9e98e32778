// expect: busy_wait
// The main thread asks again and again whether the worker is done, which takes a while.
#include <atomic>
#include <chrono>
#include <thread>

std::atomic<bool> is_done = false;

int main() {
  std::thread worker([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    is_done = true;
  });
  while (!is_done) {  // bug
    std::this_thread::yield();  // bug
  }
  worker.join();
}
