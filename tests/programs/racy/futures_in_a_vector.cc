// expect: data_race
// The results are summed up before all futures were asked for theirs.
#include <future>
#include <numeric>
#include <vector>

int main() {
  std::vector<int> results(4);
  std::vector<std::future<void>> pending;
  for (int i = 0; i < 4; ++i) {
    pending.push_back(std::async(std::launch::async, [&results, i] {
      results[i] = i * i;  // bug
    }));
  }
  for (int i = 0; i < 3; ++i) pending[i].get();
  return std::accumulate(results.begin(), results.end(), 0) == 14 ? 0 : 1;  // bug
}
