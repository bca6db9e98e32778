// expect: clean
// One thread holds a reference to an element of a deque, which stays where it is.
#include <deque>
#include <mutex>
#include <thread>

std::mutex mutex;
std::deque<int> scores = {0};

int* Mine() {
  std::lock_guard lock(mutex);
  return &scores[0];
}

int main() {
  std::thread newcomer([] {
    std::lock_guard lock(mutex);
    scores.push_back(0);
  });
  int* mine = Mine();
  *mine += 10;
  newcomer.join();
  return scores[0] == 10 ? 0 : 1;
}
