// expect: misuse|use_after_free
// The awaited task goes back to whoever awaits it by symmetric transfer, also the second time, when that one has
// finished.
#include <coroutine>
#include <exception>
#include <utility>

struct Task {
  struct promise_type {
    struct Back {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        std::coroutine_handle<> next = self.promise().continuation;
        if (!next) return std::noop_coroutine();
        return next;
      }
      void await_resume() noexcept {}
    };
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Back final_suspend() noexcept { return {}; }
    Back yield_value(int number) {
      value = number;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    int value = 0;
    std::coroutine_handle<> continuation;
  };
  std::coroutine_handle<promise_type> handle;
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) {
    handle.promise().continuation = awaiting;
    return handle;
  }
  int await_resume() { return handle.promise().value; }
};

Task Inner() { co_yield 42; }
Task Outer(Task& inner, int& result) { result = co_await inner; }

int main() {
  int result = 0;
  Task inner = Inner();
  Task outer = Outer(inner, result);
  outer.handle.resume();
  inner.handle.resume();  // bug
  outer.handle.destroy();
  inner.handle.destroy();
  return result == 42 ? 0 : 1;
}
