// expect: assertion
// Loads and stores are atomic, the increment made of them is not.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> likes = 0;

void Like() { likes.store(likes.load() + 1); }

int main() {
  std::thread other(Like);
  Like();
  other.join();
  assert(likes == 2);  // bug
}
