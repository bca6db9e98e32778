// expect: use_after_free
// A coroutine takes its text by reference and goes on when the caller has destroyed it.
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

// Runs at once, and destroys itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

// Coroutines that are ready, for whoever comes for them.
struct Ready {
  void Push(std::coroutine_handle<> handle) {
    std::lock_guard lock(mutex);
    handles.push_back(handle);
    changed.notify_one();
  }
  std::coroutine_handle<> Pop() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !handles.empty(); });
    auto handle = handles.front();
    handles.pop_front();
    return handle;
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::coroutine_handle<>> handles;
};

struct Yield {
  Ready& ready;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> self) { ready.Push(self); }
  void await_resume() {}
};

Detached Sum(const std::vector<int>& numbers, Ready& ready, int& sum) {
  co_await Yield{ready};
  for (int number : numbers) sum += number;  // bug
}

int main() {
  Ready ready;
  int sum = 0;
  auto numbers = std::make_unique<std::vector<int>>(std::vector{1, 2, 3});
  std::thread worker([&] { ready.Pop().resume(); });
  Sum(*numbers, ready, sum);
  numbers.reset();  // bug
  worker.join();
  return sum == 6 ? 0 : 1;
}
