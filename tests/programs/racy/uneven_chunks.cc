// expect: heap_overflow
// Each thread gets its share rounded up, so the last one reaches past the end.
#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

constexpr int kCount = 10;
constexpr int kThreads = 4;

int main() {
  auto numbers = std::make_unique<int[]>(kCount);
  const int share = (kCount + kThreads - 1) / kThreads;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const int end = (i + 1) * share;
      for (int n = i * share; n < end; ++n) numbers[n] = n * n;  // bug
    });
  }
  for (std::thread& thread : threads) thread.join();
  return numbers[kCount - 1] == 81 ? 0 : 1;
}
