// expect: use_after_free|data_race
// Counters live in thread_local storage and are summed up when their threads have ended: their memory is gone.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<std::vector<int>*> all;

std::vector<int>& Counters() {
  thread_local std::vector<int> counters(3);
  thread_local bool is_known = false;
  if (!is_known) {
    std::lock_guard<std::mutex> lock(mutex);
    all.push_back(&counters);
    is_known = true;
  }
  return counters;
}

void Work(int kind) {
  for (int i = 0; i < 3; ++i) ++Counters()[kind];
}

int main() {
  std::vector<std::thread> threads;
  for (int kind = 0; kind < 3; ++kind) threads.emplace_back(Work, kind);
  for (std::thread& thread : threads) thread.join();
  int total = 0;
  for (const std::vector<int>* counters : all) {
    for (int count : *counters) total += count;  // bug
  }
  return total == 9 ? 0 : 1;
}
