// expect: misuse
// Whoever opens the gate does so without asking whether it is open: a binary semaphore cannot count to two.
#include <semaphore>
#include <thread>

std::binary_semaphore gate(0);

int main() {
  std::thread a([] { gate.release(); });  // bug
  std::thread b([] { gate.release(); });  // bug
  gate.acquire();
  gate.acquire();
  a.join();
  b.join();
}
