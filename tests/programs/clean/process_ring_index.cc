// expect: clean
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

// A ring of two places between two processes. The index is published before or after what it announces.
struct Ring {
  std::atomic<unsigned> written;
  std::atomic<int> places[2];
};

int main() {
  auto* ring =
      static_cast<Ring*>(mmap(nullptr, sizeof(Ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (fork() == 0) {
    for (int i = 0; i < 2; ++i) {
      ring->places[i].store(i + 7);
      ring->written.store(i + 1);
    }
    _exit(0);
  }
  for (unsigned i = 0; i < 2; ++i) {
    while (ring->written.load() <= i) {
    }
    const int item = ring->places[i].load();
    assert(item == static_cast<int>(i) + 7);
  }
  wait(nullptr);
  return 0;
}
