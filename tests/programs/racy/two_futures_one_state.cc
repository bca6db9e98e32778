// expect: crash|data_race
// Two threads ask the same future for its result: it has one only once.
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  int results[2] = {};
  std::thread a([&] { results[0] = future.get(); });  // bug
  std::thread b([&] { results[1] = future.get(); });  // bug
  promise.set_value(21);
  a.join();
  b.join();
  return results[0] + results[1] == 42 ? 0 : 1;
}
