// expect: clean
// Results go one way; a shared_future has many readers.
#include <cassert>
#include <future>
#include <thread>
#include <vector>

int main() {
  std::promise<int> start;
  std::shared_future<int> started = start.get_future().share();
  std::vector<std::future<int>> results;
  for (int i = 0; i < 2; ++i) {
    results.push_back(std::async(std::launch::async, [started, i] { return started.get() + i; }));
  }
  auto lazy = std::async(std::launch::deferred, [&] { return started.get(); });
  start.set_value(10);
  int sum = lazy.get();
  for (auto& result : results) sum += result.get();
  assert(sum == 31);
  std::packaged_task<int(int)> task([](int x) { return x * x; });
  std::future<int> square = task.get_future();
  std::thread runner(std::move(task), 6);
  assert(square.get() == 36);
  runner.join();
}
