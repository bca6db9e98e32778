// expect: clean
// An increment, and a compare-exchange loop for what no single operation does.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> likes = 0;
std::atomic<int> largest = 0;

void Like(int strength) {
  ++likes;
  int seen = largest.load();
  while (seen < strength && !largest.compare_exchange_weak(seen, strength)) {
  }
}

int main() {
  std::thread other(Like, 3);
  Like(5);
  other.join();
  assert(likes == 2 && largest == 5);
}
