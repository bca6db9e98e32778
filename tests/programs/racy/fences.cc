// expect: data_race
// The writer has its release fence, the reader forgot its acquire fence.
#include <atomic>
#include <thread>

int payload = 0;
std::atomic<int> flag = 0;

int main() {
  std::thread writer([] {
    payload = 7;
    std::atomic_thread_fence(std::memory_order_release);
    flag.store(1, std::memory_order_relaxed);
  });
  int seen = 7;
  if (flag.load(std::memory_order_relaxed) == 1) {
    seen = payload;  // bug
  }
  writer.join();
  return seen == 7 ? 0 : 1;
}
