// expect: data_race|use_after_free
// One thread holds a reference to an element while another makes the vector grow.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> scores = {0};

int* Mine() {
  std::lock_guard lock(mutex);
  return &scores[0];
}

int main() {
  std::thread newcomer([] {
    std::lock_guard lock(mutex);
    scores.push_back(0);  // bug
  });
  int* mine = Mine();
  *mine += 10;  // bug
  newcomer.join();
  return scores[0] == 10 ? 0 : 1;
}
