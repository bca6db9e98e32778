// expect: data_race
// The second phase reads the neighbour's result without waiting for it.
#include <array>
#include <barrier>
#include <thread>

std::array<int, 2> first = {};
std::array<int, 2> second = {};
std::barrier<> phase(2);

void Work(int me) {
  first[me] = me + 1;               // bug
  second[me] = first[1 - me] * 10;  // bug
  phase.arrive_and_wait();
}

int main() {
  std::thread other(Work, 1);
  Work(0);
  other.join();
  return second[0] >= 0 ? 0 : 1;
}
