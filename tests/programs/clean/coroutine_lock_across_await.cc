// expect: clean
// Gives the lock back before it waits, and takes it again.
#include <condition_variable>
#include <coroutine>
#include <deque>
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

struct Yield {
  Ready& ready;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> self) { ready.Push(self); }
  void await_resume() {}
};

std::mutex total_mutex;
int total = 0;

Detached AddTwice(Ready& ready) {
  std::unique_lock lock(total_mutex);
  ++total;
  lock.unlock();
  co_await Yield{ready};
  lock.lock();
  ++total;
  lock.unlock();
}

int main() {
  Ready ready;
  AddTwice(ready);
  std::thread other([&] { ready.Pop().resume(); });
  other.join();
  return total == 2 ? 0 : 1;
}
