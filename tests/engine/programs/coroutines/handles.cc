// What may be done with a coroutine's handle, and what may not. The first word of a test's name is what must be found:
// Passes nothing, Misuses misuse, Races a data race, Outlives a use after free.
#include <array>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "racecourse/schedule_test.h"

namespace {

using Handle = std::coroutine_handle<>;

// A coroutine that suspends at its beginning and at its end; whoever has its handle destroys it.
struct Owned {
  struct promise_type {
    Owned get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { throw; }
  };
  std::coroutine_handle<promise_type> handle;
};

// Begins at once and destroys itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

// co_await gives the coroutine its own handle without suspending it.
struct Self {
  Handle handle;
  bool await_ready() { return false; }
  bool await_suspend(Handle self) {
    handle = self;
    return false;
  }
  Handle await_resume() { return handle; }
};

// Handles that wait for a thread.
class Queue {
 public:
  void Push(Handle handle) {
    const std::lock_guard lock(mutex_);
    handles_.push_back(handle);
    changed_.notify_one();
  }
  Handle Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !handles_.empty(); });
    const Handle handle = handles_.front();
    handles_.pop_front();
    return handle;
  }
  // co_await queue.Yield() suspends first and pushes then.
  auto Yield() {
    struct Awaiter {
      Queue& queue;
      bool await_ready() { return false; }
      void await_suspend(Handle handle) { queue.Push(handle); }
      void await_resume() {}
    };
    return Awaiter{*this};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Handle> handles_;
};

Owned Count(int& count, int times) {
  for (int i = 0; i < times; ++i) {
    ++count;
    co_await std::suspend_always();
  }
}

}  // namespace

SCHEDULE_TEST(Resume, PassesUntilDone) {
  int count = 0;
  const Owned counter = Count(count, 3);
  while (!counter.handle.done()) counter.handle.resume();
  counter.handle.destroy();
  EXPECT_EQ(count, 3);
}
SCHEDULE_TEST(Resume, PassesInAnotherThread) {
  int count = 0;
  const Owned counter = Count(count, 3);
  counter.handle.resume();
  std::thread([&] { counter.handle.resume(); }).join();
  counter.handle.resume();
  counter.handle.destroy();
  EXPECT_EQ(count, 3);
}
SCHEDULE_TEST(Resume, MisusesFinished) {
  int count = 0;
  const Owned counter = Count(count, 1);
  for (int i = 0; i < 3; ++i) counter.handle.resume();
}
SCHEDULE_TEST(Resume, MisusesNull) {
  const Handle nobody = nullptr;
  nobody.resume();
}
SCHEDULE_TEST(Resume, PassesNoop) {
  const Handle noop = std::noop_coroutine();
  std::thread other([=] { noop.resume(); });
  noop.resume();
  noop.resume();
  other.join();
  noop.destroy();
  noop.resume();
}
SCHEDULE_TEST(Resume, PassesNestedInOthers) {
  int count = 0;
  const Owned inner = Count(count, 2);
  const Owned outer = [](Handle first) -> Owned {
    first.resume();
    co_await std::suspend_always();
    first.resume();
  }(inner.handle);
  outer.handle.resume();
  outer.handle.resume();
  EXPECT_EQ(count, 2);
  inner.handle.destroy();
  outer.handle.destroy();
}
SCHEDULE_TEST(Resume, MisusesItself) {
  const Owned itself = []() -> Owned {
    const Handle self = co_await Self();
    self.resume();
  }();
  itself.handle.resume();
}
// An exception that leaves a coroutine leaves it at its final suspend point.
SCHEDULE_TEST(Resume, PassesThrowing) {
  for (int i = 0; i < 2; ++i) {
    const Owned thrower = []() -> Owned {
      throw std::runtime_error("up");
      co_return;
    }();
    EXPECT_THROW(thrower.handle.resume(), std::runtime_error);
    EXPECT_TRUE(thrower.handle.done());
    thrower.handle.destroy();
  }
}
SCHEDULE_TEST(Resume, RacesUnordered) {
  int count = 0;
  const Owned counter = Count(count, 2);
  std::thread other([&] { counter.handle.resume(); });
  counter.handle.resume();
  other.join();
}

// From await_suspend on the coroutine may go on elsewhere, before that call has returned.
SCHEDULE_TEST(HandOver, PassesFromAwaitSuspend) {
  Queue queue;
  int steps = 0;
  bool done = false;
  std::mutex mutex;
  [](Queue& to, int& count, bool& is_done, std::mutex& guard) -> Detached {
    for (int i = 0; i < 2; ++i) {
      co_await to.Yield();
      ++count;
    }
    const std::lock_guard lock(guard);
    is_done = true;
  }(queue, steps, done, mutex);
  std::thread other([&] { queue.Pop().resume(); });
  queue.Pop().resume();
  other.join();
  EXPECT_EQ(steps, 2);
  EXPECT_TRUE(done);
}
SCHEDULE_TEST(HandOver, MisusesBeforeSuspending) {
  Queue queue;
  Handle handle;
  const Owned hasty = [](Queue& to, const Handle& self) -> Owned {
    to.Push(self);
    std::this_thread::yield();
    co_await std::suspend_always();
  }(queue, handle);
  handle = hasty.handle;
  std::thread other([&] { queue.Pop().resume(); });
  hasty.handle.resume();
  other.join();
}
// A coroutine that found its handle by an await that did not suspend. To the engine it may be suspended; its frame is
// written to all the same.
SCHEDULE_TEST(HandOver, RacesBeforeSuspending) {
  Queue queue;
  const Owned hasty = [](Queue& to) -> Owned {
    to.Push(co_await Self());
    co_await std::suspend_always();
  }(queue);
  std::thread other([&] { queue.Pop().resume(); });
  hasty.handle.resume();
  other.join();
}
SCHEDULE_TEST(HandOver, RacesAfterPublishing) {
  struct Awaiter {
    Queue& queue;
    int passed = 0;
    bool await_ready() { return false; }
    void await_suspend(Handle handle) {
      queue.Push(handle);
      ++passed;  // the awaiter lies in the frame, which is the other thread's now
    }
    void await_resume() { ++passed; }
  };
  Queue queue;
  const Owned coroutine = [](Queue& to) -> Owned { co_await Awaiter{to}; }(queue);
  std::thread other([&] { queue.Pop().resume(); });
  coroutine.handle.resume();
  other.join();
}

SCHEDULE_TEST(Destroy, PassesWhileSuspended) {
  int count = 0;
  const Owned counter = Count(count, 3);
  counter.handle.resume();
  counter.handle.destroy();
  const Owned never_begun = Count(count, 3);
  never_begun.handle.destroy();
  EXPECT_EQ(count, 1);
}
SCHEDULE_TEST(Destroy, OutlivesInAHandle) {
  int count = 0;
  const Owned counter = Count(count, 3);
  counter.handle.destroy();
  counter.handle.resume();
}
SCHEDULE_TEST(Destroy, OutlivesTwice) {
  int count = 0;
  const Owned counter = Count(count, 3);
  const Handle copy = counter.handle;
  counter.handle.destroy();
  copy.destroy();
}
SCHEDULE_TEST(Destroy, OutlivesDetached) {
  Handle self = nullptr;
  [](Handle& to) -> Detached {
    to = co_await Self();
    co_await std::suspend_always();
  }(self);
  self.resume();
  self.resume();
}
SCHEDULE_TEST(Destroy, MisusesRunning) {
  Handle handle;
  const Owned itself = [](const Handle& self) -> Owned {
    self.destroy();
    co_return;
  }(handle);
  handle = itself.handle;
  itself.handle.resume();
}
// At its final suspend point a coroutine is suspended: its awaiter may destroy it.
SCHEDULE_TEST(Destroy, PassesByItsFinalAwaiter) {
  struct Task {
    struct promise_type {
      struct Final {
        bool await_ready() noexcept { return false; }
        void await_suspend(Handle handle) noexcept { handle.destroy(); }
        void await_resume() noexcept {}
      };
      Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
      std::suspend_always initial_suspend() noexcept { return {}; }
      Final final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { std::terminate(); }
    };
    Handle handle;
  };
  int count = 0;
  for (int i = 0; i < 3; ++i) {
    const Task task = [](int& counter) -> Task {
      ++counter;
      co_return;
    }(count);
    task.handle.resume();
  }
  EXPECT_EQ(count, 3);
}

namespace {

// Frames from a pool: the heap learns nothing of them.
struct Pooled {
  struct promise_type {
    Pooled get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    static void* operator new(std::size_t size) {
      EXPECT_LE(size, sizeof pool);
      EXPECT_FALSE(std::exchange(is_used, true));
      return pool.data();
    }
    static void operator delete(void*) { is_used = false; }
    static inline bool is_used = false;
    alignas(16) static inline std::array<std::byte, 512> pool;
  };
  Handle handle;
};

Pooled CountPooled(int& count) {
  ++count;
  co_await std::suspend_always();
  ++count;
}

}  // namespace

SCHEDULE_TEST(PooledFrame, PassesOneAfterTheOther) {
  int count = 0;
  for (int i = 0; i < 3; ++i) {
    const Pooled task = CountPooled(count);
    task.handle.resume();
    std::thread([&] { task.handle.resume(); }).join();
    task.handle.destroy();
  }
  EXPECT_EQ(count, 6);
}
SCHEDULE_TEST(PooledFrame, OutlivesInAHandle) {
  int count = 0;
  const Pooled task = CountPooled(count);
  task.handle.destroy();
  task.handle.resume();
}

namespace {

// A task that is awaited: starts the awaited one, and later goes on with the awaiting one, by symmetric transfer.
struct Task {
  struct promise_type {
    struct Final {
      bool await_ready() noexcept { return false; }
      Handle await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().continuation ? self.promise().continuation : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void return_value(int result) { value = result; }
    void unhandled_exception() { std::terminate(); }
    int value = 0;
    Handle continuation;
  };
  explicit Task(std::coroutine_handle<promise_type> it) : handle(it) {}
  Task(Task&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  ~Task() {
    if (handle) handle.destroy();
  }
  bool await_ready() { return false; }
  Handle await_suspend(Handle awaiting) {
    handle.promise().continuation = awaiting;
    return handle;
  }
  int await_resume() { return handle.promise().value; }
  std::coroutine_handle<promise_type> handle;
};

Task Leaf(int value) { co_return value; }
Task Sum(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await Leaf(1);
  co_return sum;
}
Task Depth(int depth) { co_return depth == 0 ? 0 : 1 + co_await Depth(depth - 1); }

}  // namespace

SCHEDULE_TEST(SymmetricTransfer, PassesLongAndDeep) {
  const Task sum = Sum(1000);
  sum.handle.resume();
  EXPECT_EQ(sum.handle.promise().value, 1000);
  const Task depth = Depth(1000);
  depth.handle.resume();
  EXPECT_EQ(depth.handle.promise().value, 1000);
}
SCHEDULE_TEST(SymmetricTransfer, MisusesFinished) {
  const Task first = Leaf(1);
  first.handle.resume();
  const Task second = [](const Task& task) -> Task {
    struct Again {
      Handle handle;
      bool await_ready() { return false; }
      Handle await_suspend(Handle) { return handle; }
      void await_resume() {}
    };
    co_await Again{task.handle};
    co_return 0;
  }(first);
  second.handle.resume();
}

// A scheduler as students write it: the workers' own threads, one queue, tasks that hop between them and detach.
SCHEDULE_TEST(Scheduler, PassesTasksThatHop) {
  struct Pool {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Handle> ready;
    int live = 0;
    void Run() {
      for (;;) {
        Handle handle;
        {
          std::unique_lock lock(mutex);
          changed.wait(lock, [this] { return live == 0 || !ready.empty(); });
          if (ready.empty()) return;
          handle = ready.front();
          ready.pop_front();
        }
        handle.resume();
      }
    }
    auto Yield() {
      struct Awaiter {
        Pool& pool;
        bool await_ready() { return false; }
        void await_suspend(Handle handle) {
          const std::lock_guard lock(pool.mutex);
          pool.ready.push_back(handle);
          pool.changed.notify_one();
        }
        void await_resume() {}
      };
      return Awaiter{*this};
    }
    void Finish() {
      const std::lock_guard lock(mutex);
      if (--live == 0) changed.notify_all();
    }
  };
  Pool pool;
  pool.live = 2;
  int totals[2] = {};
  const auto body = [](Pool& home, int& total) -> Detached {
    for (int i = 0; i < 2; ++i) {
      co_await home.Yield();
      ++total;
    }
    home.Finish();
  };
  body(pool, totals[0]);
  body(pool, totals[1]);
  std::thread other([&] { pool.Run(); });
  pool.Run();
  other.join();
  EXPECT_EQ(totals[0] + totals[1], 4);
}
