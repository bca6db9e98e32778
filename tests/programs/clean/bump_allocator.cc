// expect: clean
// Threads take memory from one block; the place of the next piece is moved in one step.
#include <atomic>
#include <cassert>
#include <cstddef>
#include <new>
#include <thread>

alignas(16) char block[256];
std::atomic<std::size_t> used = 0;

void* Take(std::size_t size) { return block + used.fetch_add(size); }

struct Point {
  int x;
  int y;
};

Point* MakePoint(int x, int y) { return new (Take(sizeof(Point))) Point{x, y}; }

int main() {
  Point* theirs = nullptr;
  std::thread other([&] { theirs = MakePoint(1, 2); });
  Point* mine = MakePoint(3, 4);
  other.join();
  assert(mine != theirs && mine->x + theirs->x == 4);
}
