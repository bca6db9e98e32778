// expect: use_after_free
// A pointer into the vector is kept after the lock was given back; the vector grows and moves.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> scores = {1};

int main() {
  int* first = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex);
    first = &scores.front();
  }
  std::thread other([] {
    std::lock_guard<std::mutex> lock(mutex);
    scores.push_back(2);
  });
  {
    std::lock_guard<std::mutex> lock(mutex);
    *first = 10;  // bug
  }
  other.join();
}
