// expect: clean
// The worker says that it sleeps, looks once more, and sleeps then.
#include <atomic>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <semaphore>
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

struct Worker {
  std::mutex mutex;
  std::deque<std::coroutine_handle<>> ready;
  std::atomic<bool> sleeps = false;
  std::binary_semaphore wake{0};

  void Push(std::coroutine_handle<> handle) {
    {
      std::lock_guard lock(mutex);
      ready.push_back(handle);
    }
    if (sleeps.exchange(false)) wake.release();
  }
  std::coroutine_handle<> TryPop() {
    std::lock_guard lock(mutex);
    if (ready.empty()) return nullptr;
    auto handle = ready.front();
    ready.pop_front();
    return handle;
  }
  std::coroutine_handle<> Pop() {
    for (;;) {
      if (auto handle = TryPop()) return handle;
      sleeps = true;
      if (auto handle = TryPop()) {
        // Whoever has seen that we sleep is about to wake us: that call belongs to this sleep.
        if (!sleeps.exchange(false)) wake.acquire();
        return handle;
      }
      wake.acquire();
    }
  }
};

struct Yield {
  Worker& worker;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> self) { worker.Push(self); }
  void await_resume() {}
};

int main() {
  Worker worker;
  int total = 0;
  std::thread thread([&] {
    for (int i = 0; i < 2; ++i) worker.Pop().resume();
  });
  const auto add = [](Worker& to, int& sum) -> Detached {
    co_await Yield{to};
    ++sum;
  };
  add(worker, total);
  add(worker, total);
  thread.join();
  return total == 2 ? 0 : 1;
}
