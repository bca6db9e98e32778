// expect: clean
// Whoever draws the lower number goes first.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> numbers = 0;
std::atomic<int> gone = 0;
int order[2] = {-1, -1};

void Go(int me) {
  const int number = numbers++;
  while (gone != number) {
  }
  order[number] = me;
  ++gone;
}

int main() {
  std::thread a(Go, 0);
  std::thread b(Go, 1);
  a.join();
  b.join();
  assert(order[0] + order[1] == 1);
}
