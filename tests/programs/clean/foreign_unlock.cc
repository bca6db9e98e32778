// expect: clean
// A binary semaphore may be released by anybody.
#include <cassert>
#include <semaphore>
#include <thread>

std::binary_semaphore gate(0);
int treasure = 0;

int main() {
  std::thread opener([] {
    treasure = 1;
    gate.release();
  });
  gate.acquire();
  assert(treasure == 1);
  opener.join();
}
