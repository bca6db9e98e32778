// expect: clean
// The thread that sorts the left half is joined before the halves are merged.
#include <algorithm>
#include <thread>
#include <vector>

void Sort(std::vector<int>* values, int begin, int end) {
  if (end - begin < 2) return;
  const int middle = (begin + end) / 2;
  std::thread left([=] { Sort(values, begin, middle); });
  Sort(values, middle, end);
  left.join();
  std::vector<int> merged;
  int i = begin;
  int j = middle;
  while (i < middle && j < end) merged.push_back((*values)[i] < (*values)[j] ? (*values)[i++] : (*values)[j++]);
  while (i < middle) merged.push_back((*values)[i++]);
  while (j < end) merged.push_back((*values)[j++]);
  for (int n = 0; n < end - begin; ++n) (*values)[begin + n] = merged[n];
}

int main() {
  std::vector<int> values = {4, 2, 3, 1};
  Sort(&values, 0, 4);
  return std::is_sorted(values.begin(), values.end()) ? 0 : 1;
}
