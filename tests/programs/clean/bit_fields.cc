// expect: clean
// Bit-fields under a lock; a zero-width field makes two memory locations of neighbours.
#include <cassert>
#include <mutex>
#include <thread>

struct Flags {
  unsigned is_open : 1;
  unsigned is_full : 1;
  unsigned : 0;
  unsigned mine : 4;
};

std::mutex mutex;
Flags flags = {};

int main() {
  std::thread other([] {
    flags.mine = 9;
    std::lock_guard<std::mutex> lock(mutex);
    flags.is_open = 1;
  });
  {
    std::lock_guard<std::mutex> lock(mutex);
    flags.is_full = 1;
  }
  other.join();
  assert(flags.is_open == 1 && flags.is_full == 1 && flags.mine == 9);
}
