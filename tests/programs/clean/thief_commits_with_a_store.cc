// expect: clean
// Owner and thief take a coroutine by a compare_exchange: it succeeds for one of them.
#include <array>
#include <atomic>
#include <coroutine>
#include <exception>
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

struct Ring {
  std::array<std::atomic<void*>, 4> slots = {};
  std::atomic<unsigned> head = 0;
  std::atomic<unsigned> tail = 0;

  void Push(void* frame) {
    slots[tail % 4] = frame;
    ++tail;
  }
  void* Take() {
    for (;;) {
      unsigned first = head;
      if (first == tail) return nullptr;
      void* frame = slots[first % 4];
      if (head.compare_exchange_strong(first, first + 1)) return frame;
    }
  }
};

struct Yield {
  Ring& ring;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> self) { ring.Push(self.address()); }
  void await_resume() {}
};

void Work(Ring& ring) {
  while (void* frame = ring.Take()) std::coroutine_handle<>::from_address(frame).resume();
}

int main() {
  Ring ring;
  std::atomic<int> total = 0;
  for (int i = 0; i < 2; ++i) {
    [](Ring& to, std::atomic<int>& sum) -> Detached {
      co_await Yield{to};
      ++sum;
    }(ring, total);
  }
  std::thread thief([&] { Work(ring); });
  Work(ring);
  thief.join();
  return total == 2 ? 0 : 1;
}
