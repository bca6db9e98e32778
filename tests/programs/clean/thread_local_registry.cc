// expect: clean
// Each thread adds its counters to the total before it ends.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> all(3);

std::vector<int>& Counters() {
  thread_local std::vector<int> counters(3);
  return counters;
}

void Work(int kind) {
  for (int i = 0; i < 3; ++i) ++Counters()[kind];
  std::lock_guard<std::mutex> lock(mutex);
  for (int i = 0; i < 3; ++i) all[i] += Counters()[i];
}

int main() {
  std::vector<std::thread> threads;
  for (int kind = 0; kind < 3; ++kind) threads.emplace_back(Work, kind);
  for (std::thread& thread : threads) thread.join();
  int total = 0;
  for (int count : all) total += count;
  return total == 9 ? 0 : 1;
}
