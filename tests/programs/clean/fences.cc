// expect: clean
// Release fence before a relaxed store, acquire fence after a relaxed load.
#include <atomic>
#include <cassert>
#include <thread>

int payload = 0;
std::atomic<int> flag = 0;

int main() {
  std::thread writer([] {
    payload = 7;
    std::atomic_thread_fence(std::memory_order_release);
    flag.store(1, std::memory_order_relaxed);
  });
  while (flag.load(std::memory_order_relaxed) == 0) std::this_thread::yield();
  std::atomic_thread_fence(std::memory_order_acquire);
  assert(payload == 7);
  writer.join();
}
