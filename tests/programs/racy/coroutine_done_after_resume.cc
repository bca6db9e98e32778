// expect: data_race|use_after_free|misuse
// After each turn the worker asks the coroutine whether it is over. It may be running elsewhere, or be gone.
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

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

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

struct Yield {
  Ready& ready;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> self) { ready.Push(self); }
  void await_resume() {}
};

std::atomic<int> over = 0;

Task Turns(Ready& ready) { co_await Yield{ready}; }

void Work(Ready& ready) {
  auto handle = ready.Pop();
  handle.resume();
  if (handle.done()) {  // bug
    ++over;
    handle.destroy();
  }
}

int main() {
  Ready ready;
  ready.Push(Turns(ready).handle);
  std::thread other([&] { Work(ready); });
  Work(ready);
  other.join();
  return over == 1 ? 0 : 1;
}
