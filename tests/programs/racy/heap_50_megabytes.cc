// expect: data_race
// A big array in two halves that share one element.
#include <cstddef>
#include <thread>
#include <vector>

std::vector<int> data(13'000'000);

void Fill(std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; i += 4096) data[i] = 1;
  data[end - 1] = 1;  // bug
}

int main() {
  const std::size_t middle = data.size() / 2;
  std::thread left(Fill, 0, middle + 1);
  data[middle] = 1;  // bug
  Fill(middle, data.size());
  left.join();
  return data.front() == 1 ? 0 : 1;
}
