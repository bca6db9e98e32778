// expect: clean
// A coroutine suspends, and its awaiter puts the handle into the queue then.
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
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

Ready ready;
int steps = 0;

struct Yield {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> self) { ready.Push(self); }
  void await_resume() {}
};

Detached Hop() {
  for (int i = 0; i < 2; ++i) {
    co_await Yield();
    ++steps;
  }
}

int main() {
  Hop();
  std::thread other([] { ready.Pop().resume(); });
  ready.Pop().resume();
  other.join();
  return steps == 2 ? 0 : 1;
}
