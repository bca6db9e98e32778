// expect: deadlock
// On one path the semaphore is not given back.
#include <semaphore>
#include <thread>

std::binary_semaphore printer(1);

void Print(int pages) {
  printer.acquire();  // bug
  if (pages == 0) return;
  printer.release();
}

int main() {
  std::thread other(Print, 0);
  other.join();
  Print(1);
}
