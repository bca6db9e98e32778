// expect: clean
// Peterson's lock, sequentially consistent.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2] = {false, false};
std::atomic<int> turn = 0;
int shared_value = 0;

void Enter(int me) {
  const int other = 1 - me;
  wants[me].store(true);
  turn.store(other);
  while (wants[other].load() && turn.load() == other) std::this_thread::yield();
}

void Work(int me) {
  for (int i = 0; i < 2; ++i) {
    Enter(me);
    ++shared_value;
    wants[me].store(false);
  }
}

int main() {
  std::thread a(Work, 0);
  std::thread b(Work, 1);
  a.join();
  b.join();
  assert(shared_value == 4);
}
