// expect: clean
// Two threads take values from one generator, one at a time.
#include <coroutine>
#include <exception>
#include <mutex>
#include <thread>

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

Numbers Forever(int first) {
  for (int i = first;; ++i) co_yield i;
}

int main() {
  Numbers numbers = Forever(1);
  std::mutex mutex;
  const auto next = [&] {
    std::lock_guard lock(mutex);
    numbers.handle.resume();
    return numbers.handle.promise().value;
  };
  int theirs = 0;
  std::thread other([&] { theirs = next(); });
  const int ours = next();
  other.join();
  numbers.handle.destroy();
  return ours + theirs == 3 ? 0 : 1;
}
