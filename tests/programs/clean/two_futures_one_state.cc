// expect: clean
// Two threads ask a shared future for its result.
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::shared_future<int> future = promise.get_future();
  int results[2] = {};
  std::thread a([&] { results[0] = future.get(); });
  std::thread b([&] { results[1] = future.get(); });
  promise.set_value(21);
  a.join();
  b.join();
  return results[0] + results[1] == 42 ? 0 : 1;
}
