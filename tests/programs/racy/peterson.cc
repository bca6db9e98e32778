// expect: data_race
// Peterson's lock with the two steps of entering in the wrong order.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2] = {false, false};
std::atomic<int> turn = 0;
int shared_value = 0;

void Enter(int me) {
  const int other = 1 - me;
  turn.store(other);
  wants[me].store(true);
  while (wants[other].load() && turn.load() == other) std::this_thread::yield();
}

void Work(int me) {
  Enter(me);
  ++shared_value;  // bug
  wants[me].store(false);
}

int main() {
  std::thread a(Work, 0);
  std::thread b(Work, 1);
  a.join();
  b.join();
  return shared_value == 2 ? 0 : 1;
}
