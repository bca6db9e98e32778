// expect: clean
// Mutexes, condition variables, latches and promises as local variables: each call's stand where those of the last one
// stood.
#include <cassert>
#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <shared_mutex>
#include <thread>

int RunOne(int number) {
  std::mutex mutex;
  std::shared_mutex results_mutex;
  std::condition_variable finished;
  bool is_finished = false;
  int result = 0;
  std::thread worker([&] {
    {
      std::unique_lock<std::shared_mutex> lock(results_mutex);
      result = number * number;
    }
    std::lock_guard<std::mutex> lock(mutex);
    is_finished = true;
    finished.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    finished.wait(lock, [&] { return is_finished; });
  }
  worker.join();
  std::shared_lock<std::shared_mutex> lock(results_mutex);
  return result;
}

int RunTwo(int number) {
  int numbers[40];
  for (int& value : numbers) value = number;
  std::latch ready(2);
  std::promise<int> promise;
  std::thread worker([&] {
    ready.arrive_and_wait();
    promise.set_value(numbers[39]);
  });
  ready.arrive_and_wait();
  const int result = promise.get_future().get();
  worker.join();
  return result;
}

int main() {
  assert(RunOne(2) == 4);
  assert(RunTwo(7) == 7);
  assert(RunOne(3) == 9);
  assert(RunTwo(8) == 8);
}
