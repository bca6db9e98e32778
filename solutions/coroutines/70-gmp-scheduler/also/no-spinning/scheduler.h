// Another right design: local queues with a mutex each, and nobody searches twice. Each time there is new work, a
// number is drawn; a machine that has found nothing sleeps until the number is no longer the one from before its
// search.

#ifndef SCHEDULER_H_
#define SCHEDULER_H_

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

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

// A local run queue.
class LocalQueue {
 public:
  explicit LocalQueue(std::uint32_t capacity) : capacity_(capacity) {}

  bool Push(void* task) {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= capacity_) return false;
    tasks_.push_back(task);
    return true;
  }
  void* Pop() {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) return nullptr;
    void* const task = tasks_.front();
    tasks_.pop_front();
    return task;
  }
  // Takes the older half, one at least, out; returns them.
  std::vector<void*> TakeHalf() {
    const std::lock_guard lock(mutex_);
    const auto end = tasks_.begin() + static_cast<std::ptrdiff_t>(tasks_.size() - tasks_.size() / 2);
    const std::vector<void*> half(tasks_.begin(), end);
    tasks_.erase(tasks_.begin(), end);
    return half;
  }

 private:
  const std::uint32_t capacity_;
  std::mutex mutex_;
  std::deque<void*> tasks_;  // guarded by mutex_
};

class Scheduler {
 public:
  explicit Scheduler(SchedOptions options) : options_(options) {
    for (unsigned i = 0; i < options.procs; ++i) machines_.push_back(std::make_unique<Machine>(*this, options.lrq_cap));
    for (const auto& machine : machines_) {
      machine->thread = std::thread([this, &machine = *machine] { Work(machine); });
    }
  }
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // REQUIRES: no task is left.
  ~Scheduler() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      work_or_stop_.notify_all();
    }
    for (const auto& machine : machines_) machine->thread.join();
  }

  // Takes the task in. May be called by any thread, and by tasks.
  void go(Task task) {
    const Task::Handle handle = task.Release();
    handle.promise().scheduler = this;
    ++spawned_;
    ++live_;
    MakeReady(handle.address());
  }

  // co_await Scheduler::yield(): other tasks get a turn first. For tasks.
  static auto yield() {
    struct Awaiter {
      bool await_ready() { return false; }
      // From here on the task stands still, and another machine may go on with it before this function has returned.
      // Nothing of the frame, such as this object, may be touched any more.
      void await_suspend(Task::Handle task) { task.promise().scheduler->MakeReady(task.address()); }
      void await_resume() {}
    };
    return Awaiter();
  }

  // Returns when no task is left. Not for tasks.
  void run_until_idle() {
    std::unique_lock lock(mutex_);
    all_over_.wait(lock, [this] { return live_ == 0; });
  }

  SchedStats stats() const { return {spawned_, finished_, turns_}; }

 private:
  friend struct Task::promise_type;

  // A thread (M) and its processor (P).
  struct Machine {
    Machine(Scheduler& its_scheduler, std::uint32_t capacity) : scheduler(its_scheduler), queue(capacity) {}
    Scheduler& scheduler;
    LocalQueue queue;
    std::uint32_t turns = 0;
    std::thread thread;
  };

  // The machine whose thread this is; null outside.
  static inline thread_local Machine* current_ = nullptr;

  void Work(Machine& machine) {
    current_ = &machine;
    while (void* const task = FindTask(machine)) {
      ++turns_;
      std::coroutine_handle<>::from_address(task).resume();
      // The task may have been resumed elsewhere since, or be gone: nothing can be asked of it here.
    }
  }

  // Puts the task where some machine will find it, and sees to it that one looks.
  void MakeReady(void* task) {
    if (current_ == nullptr || &current_->scheduler != this) {
      PushGlobal({task});
    } else if (!current_->queue.Push(task)) {
      std::vector<void*> overflow = current_->queue.TakeHalf();
      overflow.push_back(task);
      PushGlobal(overflow);
    }
    const std::lock_guard lock(mutex_);
    ++work_number_;
    work_or_stop_.notify_one();
  }

  void PushGlobal(const std::vector<void*>& tasks) {
    const std::lock_guard lock(mutex_);
    global_.insert(global_.end(), tasks.begin(), tasks.end());
  }
  void* PopGlobal() {
    const std::lock_guard lock(mutex_);
    if (global_.empty()) return nullptr;
    void* const task = global_.front();
    global_.pop_front();
    return task;
  }

  // Waits for a task to run. Null: it is time to stop.
  void* FindTask(Machine& machine) {
    // Now and then the global queue comes first. Tasks that fill their local queue again and again would keep it
    // waiting.
    if (++machine.turns % options_.global_every == 0) {
      if (void* const task = PopGlobal()) return task;
    }
    if (void* const task = machine.queue.Pop()) return task;
    for (;;) {
      std::uint64_t number = 0;
      {
        const std::lock_guard lock(mutex_);
        number = work_number_;
      }
      if (void* const task = Search(machine)) return task;
      std::unique_lock lock(mutex_);
      work_or_stop_.wait(lock, [&] { return stopping_ || work_number_ != number; });
      if (stopping_) return nullptr;
    }
  }

  // Looks everywhere once. What is stolen beyond one task goes to the machine's own queue, which is empty.
  void* Search(Machine& machine) {
    if (void* const task = machine.queue.Pop()) return task;
    if (void* const task = PopGlobal()) return task;
    for (const auto& victim : machines_) {
      if (victim.get() == &machine) continue;
      const std::vector<void*> tasks = victim->queue.TakeHalf();
      for (std::size_t i = 1; i < tasks.size(); ++i) machine.queue.Push(tasks[i]);
      if (!tasks.empty()) return tasks.front();
    }
    return nullptr;
  }

  void TaskIsOver() {
    ++finished_;
    if (--live_ > 0) return;
    const std::lock_guard lock(mutex_);
    all_over_.notify_all();
  }

  const SchedOptions options_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::atomic<std::uint64_t> live_{0};
  std::atomic<std::uint64_t> spawned_{0};
  std::atomic<std::uint64_t> finished_{0};
  std::atomic<std::uint64_t> turns_{0};

  std::mutex mutex_;
  std::condition_variable all_over_;
  std::condition_variable work_or_stop_;
  std::deque<void*> global_;       // guarded by mutex_
  std::uint64_t work_number_ = 0;  // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
};

inline void Task::promise_type::Final::await_suspend(std::coroutine_handle<promise_type> self) noexcept {
  Scheduler* const scheduler = self.promise().scheduler;
  self.destroy();  // and this object with it
  scheduler->TaskIsOver();
}

#endif  // SCHEDULER_H_
