// expect: clean
// A release store and an acquire load hand over the answer.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> ready = false;
int answer = 0;

int main() {
  std::thread worker([] {
    answer = 42;
    ready.store(true, std::memory_order_release);
  });
  while (!ready.load(std::memory_order_acquire)) {
  }
  assert(answer == 42);
  worker.join();
}
