// expect: deadlock
// Two readers both want to become the writer and do not let go before.
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
int value = 0;

void ReadThenWrite() {
  std::shared_lock<std::shared_mutex> reading(mutex);
  if (value == 0) {
    mutex.lock();  // bug
    value = 1;
    mutex.unlock();
  }
}

int main() {
  std::thread other(ReadThenWrite);
  ReadThenWrite();
  other.join();
}
