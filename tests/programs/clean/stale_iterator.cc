// expect: clean
// An index is good for as long as nothing is taken out.
#include <cassert>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> scores = {1};

void Append(int count) {
  for (int i = 0; i < count; ++i) {
    std::lock_guard<std::mutex> lock(mutex);
    scores.push_back(i);
  }
}

int main() {
  const std::size_t first = 0;
  std::thread other(Append, 5);
  {
    std::lock_guard<std::mutex> lock(mutex);
    scores[first] = 10;
  }
  Append(5);
  other.join();
  assert(scores.size() == 11 && scores[first] == 10);
}
