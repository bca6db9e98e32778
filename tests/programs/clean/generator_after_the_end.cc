// expect: clean
// Asks whether there is another value first.
#include <coroutine>
#include <exception>

struct Numbers {
  struct promise_type {
    Numbers get_return_object() { return Numbers{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int number) {
      value = number;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    int value = 0;
  };
  std::coroutine_handle<promise_type> handle;
};

Numbers Count(int last) {
  for (int i = 1; i <= last; ++i) co_yield i;
}

int main() {
  Numbers numbers = Count(3);
  int sum = 0;
  for (numbers.handle.resume(); !numbers.handle.done(); numbers.handle.resume()) {
    sum += numbers.handle.promise().value;
  }
  numbers.handle.destroy();
  return sum == 6 ? 0 : 1;
}
