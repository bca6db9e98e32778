// expect: clean
// Each of two children counts down and looks at the count in one step: exactly one of them is the last.
#include <atomic>
#include <coroutine>
#include <exception>
#include <latch>
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

struct WhenAll {
  std::atomic<int> left = 2;
  std::coroutine_handle<> parent;
  void ChildIsOver() {
    if (--left == 0) parent.resume();
  }
};

struct Children {
  WhenAll& all;
  std::thread (&threads)[2];
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    WhenAll& state = all;
    std::thread(&both)[2] = threads;
    state.parent = handle;
    for (std::thread& thread : both) thread = std::thread([&state] { state.ChildIsOver(); });
  }
  void await_resume() {}
};

int main() {
  WhenAll all;
  std::latch done(1);
  std::thread threads[2];
  [](WhenAll& state, std::thread(&both)[2], std::latch& over) -> Detached {
    co_await Children{state, both};
    over.count_down();
  }(all, threads, done);
  done.wait();
  for (std::thread& thread : threads) thread.join();
  return 0;
}
