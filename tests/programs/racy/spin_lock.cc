// expect: data_race
// A spin lock that looks first and takes afterwards: two threads can get in.
#include <atomic>
#include <thread>

std::atomic<bool> locked = false;
int total = 0;

void Lock() {
  while (locked.load()) std::this_thread::yield();
  locked.store(true);
}

void Add() {
  Lock();
  ++total;  // bug
  locked.store(false);
}

int main() {
  std::thread a(Add);
  std::thread b(Add);
  a.join();
  b.join();
  return total == 2 ? 0 : 1;
}
