// expect: misuse|data_race|use_after_free
// Two threads set the event. Both see the coroutine that waits, and both resume it.
#include <atomic>
#include <coroutine>
#include <exception>
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
  std::atomic<void*> waiting = nullptr;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> handle) { waiting = handle.address(); }
  void await_resume() {}
  void Set() {
    if (void* handle = waiting) {
      waiting = nullptr;
      std::coroutine_handle<>::from_address(handle).resume();  // bug
    }
  }
};

int main() {
  Event event;
  int woken = 0;
  [](Event& to_wait_for, int& count) -> Detached {
    co_await to_wait_for;
    ++count;
  }(event, woken);
  std::thread other([&] { event.Set(); });
  event.Set();
  other.join();
  return woken == 1 ? 0 : 1;
}
