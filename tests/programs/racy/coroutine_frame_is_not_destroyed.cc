// expect: leak
// Takes two values from a generator and forgets about it: nobody destroys the frame.
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

__attribute__((noinline)) Numbers Forever(int first) {  // bug
  for (int i = first;; ++i) co_yield i;
}

__attribute__((noinline)) int SumOfTwo() {
  Numbers numbers = Forever(3);
  int sum = 0;
  for (int i = 0; i < 2; ++i) {
    numbers.handle.resume();
    sum += numbers.handle.promise().value;
  }
  return sum;
}

int main() { return SumOfTwo() == 7 ? 0 : 1; }
