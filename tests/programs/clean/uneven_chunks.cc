// expect: clean
// The last thread's share ends where the numbers do.
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
      const int end = std::min((i + 1) * share, kCount);
      for (int n = i * share; n < end; ++n) numbers[n] = n * n;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return numbers[kCount - 1] == 81 ? 0 : 1;
}
