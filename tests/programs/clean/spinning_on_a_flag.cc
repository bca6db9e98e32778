// expect: clean
// The main thread sleeps until the worker is done.
#include <atomic>
#include <chrono>
#include <thread>

std::atomic<bool> is_done = false;

int main() {
  std::thread worker([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    is_done = true;
    is_done.notify_one();
  });
  is_done.wait(false);
  worker.join();
}
