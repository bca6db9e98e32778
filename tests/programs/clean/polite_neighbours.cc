// expect: clean
// The one who is last to wish waits, so the other goes.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2];
std::atomic<int> waits = 0;
int crossings = 0;

void Cross(int me) {
  wants[me] = true;
  waits = me;
  while (wants[1 - me] && waits == me) std::this_thread::yield();
  ++crossings;
  wants[me] = false;
}

int main() {
  std::thread other(Cross, 1);
  Cross(0);
  other.join();
  return crossings == 2 ? 0 : 1;
}
