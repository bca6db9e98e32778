// expect: clean
// The gate is a semaphore that counts as far as it is opened.
#include <semaphore>
#include <thread>

std::counting_semaphore<2> gate(0);

int main() {
  std::thread a([] { gate.release(); });
  std::thread b([] { gate.release(); });
  gate.acquire();
  gate.acquire();
  a.join();
  b.join();
}
