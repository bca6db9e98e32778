// expect: assertion
// A worker checks for work with `if` and not with `while`: a wake-up without work gets past it.
#include <cassert>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

std::mutex mutex;
std::condition_variable has_work;
std::queue<int> tasks;

int TakeTask() {
  std::unique_lock<std::mutex> lock(mutex);
  if (tasks.empty()) has_work.wait(lock);
  assert(!tasks.empty());  // bug
  const int task = tasks.front();
  tasks.pop();
  return task;
}

int main() {
  std::vector<std::thread> workers;
  for (int i = 0; i < 2; ++i) workers.emplace_back([] { TakeTask(); });
  for (int i = 0; i < 2; ++i) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      tasks.push(i);
    }
    has_work.notify_one();
  }
  for (std::thread& worker : workers) worker.join();
}
