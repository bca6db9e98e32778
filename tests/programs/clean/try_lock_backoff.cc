// expect: clean
// Tries the second lock and lets go of the first when that fails; std::lock does the same.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex left;
std::mutex right;
int total = 0;

void Both(std::mutex& first, std::mutex& second) {
  for (;;) {
    first.lock();
    if (second.try_lock()) break;
    first.unlock();
    std::this_thread::yield();
  }
  ++total;
  second.unlock();
  first.unlock();
}

void BothAtOnce(std::mutex& first, std::mutex& second) {
  std::unique_lock<std::mutex> a(first, std::defer_lock);
  std::unique_lock<std::mutex> b(second, std::defer_lock);
  std::lock(a, b);
  ++total;
}

int main() {
  std::thread other([] {
    Both(right, left);
    BothAtOnce(right, left);
  });
  Both(left, right);
  BothAtOnce(left, right);
  other.join();
  assert(total == 4);
}
