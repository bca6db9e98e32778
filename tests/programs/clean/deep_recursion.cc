// expect: clean
// More than a megabyte of stack, in main and in a thread, with a mutex taken at the bottom.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int touched = 0;

int Descend(int depth) {
  volatile char page[1024];
  page[0] = 1;
  if (depth == 0) {
    std::lock_guard<std::mutex> lock(mutex);
    return ++touched;
  }
  return Descend(depth - 1) + page[0];
}

int main() {
  std::thread diver([] { assert(Descend(1200) > 1200); });
  assert(Descend(1200) > 1200);
  diver.join();
  assert(touched == 2);
}
