// expect: data_race|assertion
// Threads take memory from one block; the place of the next piece is read and then moved.
#include <atomic>
#include <cassert>
#include <cstddef>
#include <new>
#include <thread>

alignas(16) char block[256];
std::atomic<std::size_t> used = 0;

void* Take(std::size_t size) {
  const std::size_t begin = used.load();
  used.store(begin + size);
  return block + begin;
}

struct Point {
  int x;
  int y;
};

Point* MakePoint(int x, int y) { return new (Take(sizeof(Point))) Point{x, y}; }  // bug

int main() {
  Point* theirs = nullptr;
  std::thread other([&] { theirs = MakePoint(1, 2); });
  Point* mine = MakePoint(3, 4);
  other.join();
  assert(mine != theirs && mine->x + theirs->x == 4);  // bug
}
