// expect: use_after_free
// A lambda that is a coroutine uses what it has captured when the lambda is gone: captures do not lie in the frame.
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

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

int main() {
  Ready ready;
  int total = 0;
  const int amount = 42;
  std::thread worker([&] { ready.Pop().resume(); });
  {
    auto add = std::make_unique<std::function<Detached()>>([&ready, &total, amount]() -> Detached {
      co_await Yield{ready};
      total += amount;  // bug
    });
    (*add)();
  }
  worker.join();
  return total == 42 ? 0 : 1;
}
