// expect: clean
// The queue has two places. A coroutine that finds no room goes on at once.
#include <array>
#include <atomic>
#include <coroutine>
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

struct Queue {
  std::mutex mutex;
  std::array<std::coroutine_handle<>, 2> handles = {};
  std::size_t count = 0;

  bool Push(std::coroutine_handle<> handle) {
    std::lock_guard lock(mutex);
    if (count == handles.size()) return false;
    handles[count++] = handle;
    return true;
  }
  std::coroutine_handle<> Pop() {
    std::lock_guard lock(mutex);
    if (count == 0) return nullptr;
    std::coroutine_handle<> handle = handles[--count];
    handles[count] = nullptr;
    return handle;
  }
};

struct Yield {
  Queue& queue;
  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> self) { return queue.Push(self); }
  void await_resume() {}
};

__attribute__((noinline)) Detached Add(Queue& queue, std::atomic<int>& sum, int number) {
  co_await Yield{queue};
  sum += number;
}

__attribute__((noinline)) void Start(Queue& queue, std::atomic<int>& sum) {
  for (int number = 1; number <= 3; ++number) Add(queue, sum, number);
}

int main() {
  Queue queue;
  std::atomic<int> sum = 0;
  std::thread worker([&] { Start(queue, sum); });
  worker.join();
  while (auto handle = queue.Pop()) handle.resume();
  return 0;
}
