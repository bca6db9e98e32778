// expect: deadlock
// Tries the second lock, but never lets go of the first.
#include <mutex>
#include <thread>

std::mutex left;
std::mutex right;

void Both(std::mutex& first, std::mutex& second) {
  std::lock_guard<std::mutex> lock(first);
  if (second.try_lock()) {
    second.unlock();
    return;
  }
  second.lock();  // bug
  second.unlock();
}

int main() {
  std::thread other([] { Both(right, left); });
  Both(left, right);
  other.join();
}
