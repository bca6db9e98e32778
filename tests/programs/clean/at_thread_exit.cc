// expect: clean
// Results that become ready when their thread has ended, its thread_local objects included.
#include <cassert>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

thread_local std::vector<int> scratch;

std::vector<int> log_of_promise;
std::vector<int> log_of_task;
std::vector<int> log_of_condition;
std::mutex mutex;
std::condition_variable over;
bool is_over = false;

int main() {
  std::promise<int> promise;
  std::future<int> value = promise.get_future();
  std::thread first([&promise] {
    scratch.push_back(1);
    promise.set_value_at_thread_exit(7);
    log_of_promise.push_back(1);
  });

  std::packaged_task<int()> task([] { return 8; });
  std::future<int> result = task.get_future();
  std::thread second([&task] {
    task.make_ready_at_thread_exit();
    log_of_task.push_back(2);
  });

  std::thread third([] {
    std::unique_lock<std::mutex> lock(mutex);
    is_over = true;
    std::notify_all_at_thread_exit(over, std::move(lock));
    log_of_condition.push_back(3);
  });

  assert(value.get() == 7);
  assert(log_of_promise.size() == 1);
  assert(result.get() == 8);
  assert(log_of_task.size() == 1);
  {
    std::unique_lock<std::mutex> lock(mutex);
    over.wait(lock, [] { return is_over; });
    assert(log_of_condition.size() == 1);
  }
  first.join();
  second.join();
  third.join();  // it still notifies when the mutex is free again

  // The thread owns the promise: either it or main is the last to give up what the two share.
  std::promise<std::vector<int>> given;
  std::future<std::vector<int>> list = given.get_future();
  std::thread fourth([promise = std::move(given)]() mutable {
    promise.set_value_at_thread_exit({9});
    auto dropped = std::move(promise);
  });
  assert(list.get().front() == 9);
  fourth.detach();
}
