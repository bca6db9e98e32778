// expect: deadlock|lost_wakeup|lost_task
// The coroutine sees that the event is not set and gets into the list. If it is set in between, nobody wakes the
// coroutine.
#include <atomic>
#include <coroutine>
#include <exception>
#include <latch>
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

struct Event {
  std::mutex mutex;
  bool is_set = false;
  std::coroutine_handle<> waiting;
  bool await_ready() {
    std::lock_guard lock(mutex);
    return is_set;
  }
  bool await_suspend(std::coroutine_handle<> handle) {
    std::lock_guard lock(mutex);
    waiting = handle;
    return true;
  }
  void await_resume() {}
  void Set() {
    std::coroutine_handle<> handle;
    {
      std::lock_guard lock(mutex);
      is_set = true;
      handle = waiting;
    }
    if (handle) handle.resume();
  }
};

int main() {
  Event event;
  std::latch done(1);
  std::thread setter([&] { event.Set(); });
  [](Event& to_wait_for, std::latch& over) -> Detached {
    co_await to_wait_for;
    over.count_down();
  }(event, done);
  done.wait();  // bug
  setter.join();
  return 0;
}
