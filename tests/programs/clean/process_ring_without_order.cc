// expect: clean
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>

struct Ring {
  int slots[4];
  std::atomic<int> written;
};

int main() {
  void* memory = mmap(nullptr, sizeof(Ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* ring = new (memory) Ring{};
  if (fork() == 0) {
    for (int i = 0; i < 4; ++i) {
      ring->slots[i] = i * i;
      ring->written.store(i + 1, std::memory_order_release);
    }
    _exit(0);
  }
  int sum = 0;
  for (int i = 0; i < 4; ++i) {
    while (ring->written.load(std::memory_order_acquire) <= i) sched_yield();
    sum += ring->slots[i];  // bug shows here
  }
  wait(nullptr);
  return sum == 0 + 1 + 4 + 9 ? 0 : 1;
}
