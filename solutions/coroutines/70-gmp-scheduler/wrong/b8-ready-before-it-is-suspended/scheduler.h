// expect: misuse|data_race|use_after_free check=turns
//
// The error: yield() puts the task into the queue, and only then is the task suspended. Another machine may go on with
// it in between, while it still runs.

#ifndef SCHEDULER_H_
#define SCHEDULER_H_

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <semaphore>
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

// A local run queue: a ring that its owner adds to, and that its owner and thieves take from. Both ends only ever grow.
class LocalQueue {
 public:
  explicit LocalQueue(std::uint32_t capacity) : slots_(capacity) {}

  std::uint32_t capacity() const { return static_cast<std::uint32_t>(slots_.size()); }
  bool empty() const { return head_.load() == tail_.load(); }

  // Adds at the end; false if it is full. Owner only.
  bool Push(void* task) {
    const std::uint32_t tail = tail_.load();
    if (tail - head_.load() >= capacity()) return false;
    Slot(tail).store(task);
    tail_.store(tail + 1);  // publishes the slot, and the frame behind it
    return true;
  }

  // Takes the oldest; null if there is none. Owner only: others may take from the same end meanwhile.
  void* Pop() {
    for (;;) {
      std::uint32_t head = head_.load();
      if (head == tail_.load()) return nullptr;
      void* const task = Slot(head).load();
      if (head_.compare_exchange_strong(head, head + 1)) return task;
    }
  }

  // Takes the older half, one at least, out; returns them.
  std::vector<void*> TakeHalf() {
    for (;;) {
      std::uint32_t head = head_.load();
      const std::uint32_t count = tail_.load() - head;
      // What was read are two numbers from two moments. If others were quick in between, they need not fit.
      if (count > capacity()) continue;
      std::vector<void*> tasks;
      for (std::uint32_t i = 0; i < count - count / 2; ++i) tasks.push_back(Slot(head + i).load());
      // Only now do they belong to us: if somebody has taken one of them meanwhile, this fails.
      if (tasks.empty() || head_.compare_exchange_strong(head, head + static_cast<std::uint32_t>(tasks.size()))) {
        return tasks;
      }
    }
  }

 private:
  std::atomic<void*>& Slot(std::uint32_t position) { return slots_[position % capacity()]; }

  std::vector<std::atomic<void*>> slots_;
  std::atomic<std::uint32_t> head_{0};
  std::atomic<std::uint32_t> tail_{0};
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
      for (Machine* machine : idle_) machine->wake.release();
      idle_.clear();
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
  static std::suspend_always yield() {
    current_->scheduler.MakeReady(current_->task);
    return {};
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
    void* task = nullptr;  // that it runs
    std::uint32_t turns = 0;
    std::binary_semaphore wake{0};
    std::thread thread;
  };

  // The machine whose thread this is; null outside.
  static inline thread_local Machine* current_ = nullptr;

  void Work(Machine& machine) {
    current_ = &machine;
    while (void* const task = FindTask(machine)) {
      ++turns_;
      machine.task = task;
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
    WakeOne();
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
    ++searching_;
    for (;;) {
      if (void* const task = Search(machine)) {
        // Where there was one task there may be others, and nobody else may be looking.
        if (--searching_ == 0) WakeOne();
        return task;
      }
      if (!Park(machine)) return nullptr;
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

  // Sleeps until there may be work; on return the machine counts as searching. False: it is time to stop.
  //
  // Whoever adds work looks afterwards whether anybody searches or sleeps. So a machine first says that it sleeps and
  // does not search any more, and looks once more then: one of the two sees the other.
  bool Park(Machine& machine) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      idle_.push_back(&machine);
    }
    --searching_;
    if (IsThereWork()) {
      const std::lock_guard lock(mutex_);
      const auto place = std::find(idle_.begin(), idle_.end(), &machine);
      if (place != idle_.end()) {
        idle_.erase(place);
        ++searching_;
        return true;
      }
      // Somebody is waking us right now.
    }
    machine.wake.acquire();
    const std::lock_guard lock(mutex_);
    return !stopping_;
  }

  bool IsThereWork() {
    for (const auto& machine : machines_) {
      if (!machine->queue.empty()) return true;
    }
    const std::lock_guard lock(mutex_);
    return !global_.empty();
  }

  // There is new work: one searching machine is enough, it wakes the next.
  void WakeOne() {
    int nobody = 0;
    if (!searching_.compare_exchange_strong(nobody, 1)) return;
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      // All are at work and will look when they are done. This is undone before anybody can park: he would rely on it.
      --searching_;
      return;
    }
    idle_.back()->wake.release();
    idle_.pop_back();
  }

  void TaskIsOver() {
    ++finished_;
    if (--live_ > 0) return;
    const std::lock_guard lock(mutex_);
    all_over_.notify_all();
  }

  const SchedOptions options_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::atomic<int> searching_{0};  // machines that search, or were woken to
  std::atomic<std::uint64_t> live_{0};
  std::atomic<std::uint64_t> spawned_{0};
  std::atomic<std::uint64_t> finished_{0};
  std::atomic<std::uint64_t> turns_{0};

  std::mutex mutex_;
  std::condition_variable all_over_;
  std::deque<void*> global_;    // guarded by mutex_
  std::vector<Machine*> idle_;  // guarded by mutex_: those that sleep and have not been woken
  bool stopping_ = false;       // guarded by mutex_
};

inline void Task::promise_type::Final::await_suspend(std::coroutine_handle<promise_type> self) noexcept {
  Scheduler* const scheduler = self.promise().scheduler;
  self.destroy();  // and this object with it
  scheduler->TaskIsOver();
}

#endif  // SCHEDULER_H_
