// expect: lost_task check=sleep
//
// The error: a map has one place for each time. Of two who are due at the same time, one is never woken.

#ifndef LOOP_H_
#define LOOP_H_

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

// What a coroutine returns that runs on a Loop. Owns the frame, from the call to the end.
class Task {
 public:
  struct promise_type {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    // Stands still at its end: the loop has to see that it is over, and what it failed with.
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { failure = std::current_exception(); }

    std::exception_ptr failure;
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  std::coroutine_handle<> handle() const { return handle_; }
  bool is_over() const { return handle_.done(); }
  const std::exception_ptr& failure() const { return handle_.promise().failure; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
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
    const Id id = entries_.size();
    entries_.push_back({std::move(task), {}, false, false});
    ready_.push_back(id);
    return id;
  }

  // co_await loop.yield(): the others get a turn first.
  auto yield() {
    struct Awaiter {
      Loop& loop;
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<>) { loop.ready_.push_back(loop.current_); }
      void await_resume() {}
    };
    return Awaiter{*this};
  }

  // co_await loop.sleep(ticks): goes on when so much time has passed.
  auto sleep(Ticks ticks) {
    struct Awaiter {
      Loop& loop;
      Ticks due;
      bool await_ready() { return false; }
      // Equal times stay in the order in which they came.
      void await_suspend(std::coroutine_handle<>) { loop.sleepers_[due] = loop.current_; }
      void await_resume() {}
    };
    return Awaiter{*this, now_ + ticks};
  }

  // co_await loop.join(id): goes on when that task is over, with the exception that it ended by, if any.
  auto join(Id id) {
    struct Awaiter {
      Loop& loop;
      Id id;
      bool await_ready() { return loop.entries_[id].is_over; }
      void await_suspend(std::coroutine_handle<>) { loop.entries_[id].joiners.push_back(loop.current_); }
      void await_resume() {
        Entry& entry = loop.entries_[id];
        entry.is_joined = true;
        if (entry.task.failure()) std::rethrow_exception(entry.task.failure());
      }
    };
    return Awaiter{*this, id};
  }

  // Lets the tasks take turns until all are over. Throws Stuck if those that are left wait for each other; otherwise
  // the first exception of a task that nobody has joined.
  void run() {
    while (!ready_.empty() || !sleepers_.empty()) {
      if (ready_.empty()) WakeTheNext();
      current_ = ready_.front();
      ready_.pop_front();
      // A reference would not do: the task may spawn others. A deque does not move its elements, though.
      entries_[current_].task.handle().resume();
      if (entries_[current_].task.is_over()) Finish(entries_[current_]);
    }
    for (const Entry& entry : entries_) {
      if (!entry.is_over) throw Stuck();
    }
    for (Entry& entry : entries_) {
      if (entry.task.failure() && !std::exchange(entry.is_joined, true)) std::rethrow_exception(entry.task.failure());
    }
  }

  // The virtual time.
  Ticks now() const { return now_; }

 private:
  struct Entry {
    Task task;
    std::vector<Id> joiners;
    bool is_over;
    bool is_joined;  // somebody has seen how it ended
  };

  // Lets time pass until the first sleeper is due, and wakes all that are.
  void WakeTheNext() {
    now_ = sleepers_.begin()->first;
    while (!sleepers_.empty() && sleepers_.begin()->first == now_) {
      ready_.push_back(sleepers_.begin()->second);
      sleepers_.erase(sleepers_.begin());
    }
  }

  void Finish(Entry& entry) {
    entry.is_over = true;
    for (const Id joiner : entry.joiners) ready_.push_back(joiner);
    entry.joiners.clear();
  }

  std::deque<Entry> entries_;  // by Id
  std::deque<Id> ready_;
  std::map<Ticks, Id> sleepers_;
  Id current_ = 0;  // whose turn it is
  Ticks now_ = 0;
};

#endif  // LOOP_H_
