// expect: data_race
// Takes a result that is ready for the end of the thread that made it.
#include <atomic>
#include <cassert>
#include <future>
#include <thread>
#include <vector>

std::vector<int> log_of_promise;
std::atomic<bool> is_ready = false;

int main() {
  std::promise<int> promise;
  std::future<int> value = promise.get_future();
  std::thread first([&promise] {
    promise.set_value_at_thread_exit(7);
    is_ready.store(true);
    log_of_promise.push_back(1);  // bug
  });
  while (!is_ready.load()) std::this_thread::yield();
  if (log_of_promise.empty()) log_of_promise.push_back(0);  // bug
  assert(value.get() == 7);
  first.join();
}
