// Many coroutines take turns on one thread: what you submit. Read README.md first.
//
// This version compiles. But a task that has begun runs to its end before anybody else gets a turn. Your task is to let
// them take turns, sleep, and wait for each other.

#ifndef LOOP_H_
#define LOOP_H_

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>

// What a coroutine returns that runs on a Loop.
class Task {
 public:
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { throw; }
  };
};

// All tasks that are left wait for each other.
struct Stuck : std::runtime_error {
  Stuck() : std::runtime_error("the tasks wait for each other") {}
};

class Loop {
 public:
  using Ticks = std::uint64_t;
  using Id = std::size_t;

  // Takes the task in; it gets its first turn later, in run(). May be called by a running task.
  Id spawn(Task task) {
    (void)task;
    return spawned_++;
  }

  // co_await loop.yield(): the others get a turn first.
  std::suspend_never yield() { return {}; }

  // co_await loop.sleep(ticks): goes on when so much time has passed.
  std::suspend_never sleep(Ticks ticks) {
    now_ += ticks;
    return {};
  }

  // co_await loop.join(id): goes on when that task is over.
  std::suspend_never join(Id) { return {}; }

  // Lets the tasks take turns until all are over.
  void run() {}

  // The virtual time.
  Ticks now() const { return now_; }

 private:
  Ticks now_ = 0;
  Id spawned_ = 0;
};

#endif  // LOOP_H_
