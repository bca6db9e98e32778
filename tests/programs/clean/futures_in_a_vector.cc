// expect: clean
// Each future is asked for its result before the sum is made.
#include <future>
#include <numeric>
#include <vector>

int main() {
  std::vector<int> results(4);
  std::vector<std::future<void>> pending;
  for (int i = 0; i < 4; ++i) {
    pending.push_back(std::async(std::launch::async, [&results, i] { results[i] = i * i; }));
  }
  for (std::future<void>& one : pending) one.get();
  return std::accumulate(results.begin(), results.end(), 0) == 14 ? 0 : 1;
}
