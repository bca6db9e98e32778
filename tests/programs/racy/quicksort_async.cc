// expect: data_race
// The two halves overlap by the pivot.
#include <algorithm>
#include <future>
#include <vector>

void Sort(std::vector<int>& values, int begin, int end) {
  if (end - begin < 2) return;
  const int pivot = values[end - 1];  // bug
  int middle = begin;
  for (int i = begin; i < end - 1; ++i) {
    if (values[i] < pivot) std::swap(values[i], values[middle++]);  // bug
  }
  std::swap(values[middle], values[end - 1]);  // bug
  auto left = std::async(std::launch::async, [&] { Sort(values, begin, middle + 1); });
  Sort(values, middle, end);
  left.get();
}

int main() {
  std::vector<int> values = {3, 1, 4, 2};
  Sort(values, 0, static_cast<int>(values.size()));
  return std::is_sorted(values.begin(), values.end()) ? 0 : 1;
}
