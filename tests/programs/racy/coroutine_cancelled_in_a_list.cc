// expect: use_after_free
// A task is cancelled, which destroys its frame; the list of sleepers still has its handle.
#include <algorithm>
#include <coroutine>
#include <exception>
#include <vector>

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

struct Sleepers {
  std::vector<std::coroutine_handle<>> handles;
  auto Sleep() {
    struct Awaiter {
      Sleepers& sleepers;
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<> handle) { sleepers.handles.push_back(handle); }
      void await_resume() {}
    };
    return Awaiter{*this};
  }
  void WakeAll() {
    for (auto handle : handles) handle.resume();  // bug
    handles.clear();
  }
};

Task Count(Sleepers& sleepers, int& count) {
  co_await sleepers.Sleep();
  ++count;
}

int main() {
  Sleepers sleepers;
  int count = 0;
  Task first = Count(sleepers, count);
  Task second = Count(sleepers, count);
  first.handle.destroy();
  sleepers.WakeAll();
  second.handle.destroy();
  return count == 1 ? 0 : 1;
}
