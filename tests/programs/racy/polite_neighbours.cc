// expect: livelock
// Each lets the other go first as long as the other wants to go, and takes its own wish back for nothing.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2];
int crossings = 0;

void Cross(int me) {
  for (;;) {
    wants[me] = true;
    while (wants[1 - me]) std::this_thread::yield();  // bug
    break;
  }
  ++crossings;
  wants[me] = false;
}

int main() {
  std::thread other(Cross, 1);
  Cross(0);
  other.join();
  return crossings == 2 ? 0 : 1;
}
