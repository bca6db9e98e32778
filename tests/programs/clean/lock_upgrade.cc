// expect: clean
// Lets go of the lock for reading, takes it for writing, and looks again.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
int value = 0;
int writes = 0;

void ReadThenWrite() {
  {
    std::shared_lock<std::shared_mutex> reading(mutex);
    if (value != 0) return;
  }
  std::unique_lock<std::shared_mutex> writing(mutex);
  if (value != 0) return;
  value = 1;
  ++writes;
}

int main() {
  std::thread other(ReadThenWrite);
  ReadThenWrite();
  other.join();
  assert(writes == 1);
}
