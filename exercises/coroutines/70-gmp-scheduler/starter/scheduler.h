// Goroutines, machines and processors: what you submit. Read README.md first.
//
// This version compiles, and it is right if only one thread uses it. There is one queue and no machine: whoever calls
// run_until_idle runs all tasks himself. Your task is to let several machines run them.

#ifndef SCHEDULER_H_
#define SCHEDULER_H_

#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <utility>

class Scheduler;

// A goroutine (G): a coroutine that belongs to a Scheduler once it was given to go(). It destroys itself at its end.
class Task {
 public:
  struct promise_type {
    struct Final {
      bool await_ready() noexcept { return false; }
      inline void await_suspend(std::coroutine_handle<promise_type> self) noexcept;
      void await_resume() noexcept {}
    };
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }

    Scheduler* scheduler = nullptr;
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

 private:
  friend class Scheduler;
  explicit Task(Handle handle) : handle_(handle) {}
  Handle Release() { return std::exchange(handle_, nullptr); }

  Handle handle_;
};

struct SchedOptions {
  unsigned procs = 2;               // machines, each with a processor of its own
  std::uint32_t lrq_cap = 256;      // places in a local run queue, two at least
  std::uint32_t global_every = 61;  // a machine looks into the global queue at least once in so many turns
};

struct SchedStats {
  std::uint64_t spawned = 0;   // tasks given to go()
  std::uint64_t finished = 0;  // tasks that are over
  std::uint64_t turns = 0;     // how often a task was resumed
};

class Scheduler {
 public:
  explicit Scheduler(SchedOptions options) : options_(options) {}

  // Takes the task in. May be called by any thread, and by tasks.
  void go(Task task) {
    const Task::Handle handle = task.Release();
    handle.promise().scheduler = this;
    ++stats_.spawned;
    ready_.push_back(handle);
  }

  // co_await Scheduler::yield(): other tasks get a turn first. For tasks.
  static auto yield() {
    struct Awaiter {
      bool await_ready() { return false; }
      void await_suspend(Task::Handle task) { task.promise().scheduler->ready_.push_back(task); }
      void await_resume() {}
    };
    return Awaiter();
  }

  // Returns when no task is left. Not for tasks.
  void run_until_idle() {
    while (!ready_.empty()) {
      const Task::Handle task = ready_.front();
      ready_.pop_front();
      ++stats_.turns;
      task.resume();
    }
  }

  SchedStats stats() const { return stats_; }

 private:
  friend struct Task::promise_type;

  const SchedOptions options_;
  std::deque<Task::Handle> ready_;
  SchedStats stats_;
};

inline void Task::promise_type::Final::await_suspend(std::coroutine_handle<promise_type> self) noexcept {
  Scheduler* const scheduler = self.promise().scheduler;
  self.destroy();
  ++scheduler->stats_.finished;
}

#endif  // SCHEDULER_H_
