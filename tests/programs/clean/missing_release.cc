// expect: clean
// Acquired with a deadline, without waiting, and given back on every path.
#include <cassert>
#include <chrono>
#include <semaphore>
#include <thread>

std::counting_semaphore<2> printers(2);
int failures[3] = {};

void Print(int me) {
  if (!printers.try_acquire() && !printers.try_acquire_for(std::chrono::seconds(1))) {
    ++failures[me];
    return;
  }
  printers.release();
}

int main() {
  std::thread a(Print, 1);
  std::thread b(Print, 2);
  Print(0);
  a.join();
  b.join();
  assert(printers.try_acquire() && printers.try_acquire());
  assert(!printers.try_acquire());
}
