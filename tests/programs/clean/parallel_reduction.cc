// expect: clean
// Partial sums in neighbouring elements, in futures and in atomics.
#include <atomic>
#include <cassert>
#include <future>
#include <numeric>
#include <thread>
#include <vector>

int main() {
  std::vector<int> numbers(12);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::vector<int> partial(3);
  std::atomic<long> total = 0;
  std::vector<std::thread> threads;
  for (int part = 0; part < 3; ++part) {
    threads.emplace_back([&, part] {
      for (int i = 4 * part; i < 4 * part + 4; ++i) partial[part] += numbers[i];
      total.fetch_add(partial[part], std::memory_order_relaxed);
    });
  }
  auto product = std::async(std::launch::async, [&] { return numbers.front() * numbers.back(); });
  for (std::thread& thread : threads) thread.join();
  assert(std::accumulate(partial.begin(), partial.end(), 0) == 78);
  assert(total.load(std::memory_order_relaxed) == 78);
  assert(product.get() == 12);
}
