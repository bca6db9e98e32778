// expect: clean
// 50 MB on the heap, in one block and in many; zeroed where the standard says so, in every execution.
#include <cassert>
#include <cstddef>
#include <list>
#include <memory>
#include <thread>
#include <vector>

void Fill(std::vector<int>& data, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; i += 65536) {
    assert(data[i] == 0);
    data[i] = 1;
  }
}

int main() {
  auto data = std::make_unique<std::vector<int>>(6'000'000);
  std::list<std::vector<char>> blocks;
  std::thread left([&] { Fill(*data, 0, data->size() / 2); });
  Fill(*data, data->size() / 2, data->size());
  for (int i = 0; i < 24; ++i) blocks.emplace_back(1'000'000, 'x');
  left.join();
  data.reset();
  while (!blocks.empty()) blocks.pop_front();
}
