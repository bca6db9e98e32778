// Another right design: one queue for all, one mutex, one condition variable. On few machines nothing is faster; on
// many they all wait for the mutex.

#ifndef SCHEDULER_H_
#define SCHEDULER_H_

#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

class Scheduler;

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

  Task(Task&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle) handle.destroy();
  }

 private:
  friend class Scheduler;
  explicit Task(std::coroutine_handle<promise_type> its_handle) : handle(its_handle) {}
  std::coroutine_handle<promise_type> handle;
};

struct SchedOptions {
  unsigned procs = 2;
  std::uint32_t lrq_cap = 256;
  std::uint32_t global_every = 61;
};

struct SchedStats {
  std::uint64_t spawned = 0;
  std::uint64_t finished = 0;
  std::uint64_t turns = 0;
};

class Scheduler {
 public:
  explicit Scheduler(SchedOptions options) {
    for (unsigned i = 0; i < options.procs; ++i) machines_.emplace_back([this] { Work(); });
  }
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      work_or_stop_.notify_all();
    }
    for (std::thread& machine : machines_) machine.join();
  }

  void go(Task task) {
    const auto handle = std::exchange(task.handle, nullptr);
    handle.promise().scheduler = this;
    const std::lock_guard lock(mutex_);
    ++stats_.spawned;
    ready_.push_back(handle);
    work_or_stop_.notify_one();
  }

  static auto yield() {
    struct Awaiter {
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<Task::promise_type> task) {
        Scheduler& scheduler = *task.promise().scheduler;
        const std::lock_guard lock(scheduler.mutex_);
        scheduler.ready_.push_back(task);
        scheduler.work_or_stop_.notify_one();
      }
      void await_resume() {}
    };
    return Awaiter();
  }

  void run_until_idle() {
    std::unique_lock lock(mutex_);
    all_over_.wait(lock, [this] { return stats_.finished == stats_.spawned; });
  }

  SchedStats stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  friend struct Task::promise_type;

  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      work_or_stop_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
      if (ready_.empty()) return;
      const std::coroutine_handle<> task = ready_.front();
      ready_.pop_front();
      ++stats_.turns;
      lock.unlock();
      task.resume();
      lock.lock();
    }
  }

  void TaskIsOver() {
    const std::lock_guard lock(mutex_);
    if (++stats_.finished == stats_.spawned) all_over_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable work_or_stop_;
  std::condition_variable all_over_;
  std::deque<std::coroutine_handle<>> ready_;  // guarded by mutex_, as all below but the threads
  SchedStats stats_;
  bool stopping_ = false;
  std::vector<std::thread> machines_;
};

inline void Task::promise_type::Final::await_suspend(std::coroutine_handle<promise_type> self) noexcept {
  Scheduler* const scheduler = self.promise().scheduler;
  self.destroy();
  scheduler->TaskIsOver();
}

#endif  // SCHEDULER_H_
