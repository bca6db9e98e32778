// expect: crash
// The worker stops when it is told to, and with the tasks that are left their promises break.
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
std::deque<std::packaged_task<int()>> tasks;
bool is_stopping = false;

void Work() {
  for (;;) {
    std::packaged_task<int()> task;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [] { return is_stopping || !tasks.empty(); });
      if (is_stopping) break;
      task = std::move(tasks.front());
      tasks.pop_front();
    }
    task();
  }
  std::lock_guard lock(mutex);
  tasks.clear();
}

int main() {
  std::thread worker(Work);
  std::future<int> answer;
  {
    std::lock_guard lock(mutex);
    tasks.emplace_back([] { return 42; });
    answer = tasks.back().get_future();
    is_stopping = true;
  }
  changed.notify_one();
  worker.join();
  return answer.get() == 42 ? 0 : 1;  // bug
}
