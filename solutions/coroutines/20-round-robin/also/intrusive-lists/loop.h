// Another right design: no containers. A task that waits is in one list at most, so the link is a part of its promise,
// and waiting costs no memory. Frames are destroyed as soon as nobody can ask about them any more: a task that is over
// leaves a small record behind.

#ifndef LOOP_H_
#define LOOP_H_

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

struct Promise;

// First in, first out; the links are in the promises.
class TaskList {
 public:
  bool empty() const { return first_ == nullptr; }
  inline void push_back(Promise* promise);
  inline Promise* pop_front();
  // Takes over all of `other`.
  inline void append(TaskList& other);

 private:
  friend class Loop;
  Promise* first_ = nullptr;
  Promise* last_ = nullptr;
};

// What is left of a task when its frame is gone.
struct Record {
  Promise* promise = nullptr;  // null: it is over
  std::exception_ptr failure;
  bool is_joined = false;
  TaskList joiners;
};

class Task {
 public:
  using promise_type = Promise;

  Task(Task&& other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  inline ~Task();

 private:
  friend class Loop;
  friend struct Promise;
  explicit Task(Promise* promise) : promise_(promise) {}
  Promise* promise_;
};

struct Promise {
  Task get_return_object() { return Task(this); }
  std::suspend_always initial_suspend() noexcept { return {}; }
  std::suspend_always final_suspend() noexcept { return {}; }
  void return_void() {}
  void unhandled_exception() { record->failure = std::current_exception(); }
  std::coroutine_handle<Promise> handle() { return std::coroutine_handle<Promise>::from_promise(*this); }

  Record* record = nullptr;
  Promise* next = nullptr;  // in the list in which it waits
  std::uint64_t due = 0;    // when it wakes, if it sleeps
};

inline void TaskList::push_back(Promise* promise) {
  promise->next = nullptr;
  (first_ == nullptr ? first_ : last_->next) = promise;
  last_ = promise;
}
inline Promise* TaskList::pop_front() {
  Promise* promise = first_;
  first_ = promise->next;
  return promise;
}
inline void TaskList::append(TaskList& other) {
  while (!other.empty()) push_back(other.pop_front());
}
inline Task::~Task() {
  if (promise_ != nullptr) promise_->handle().destroy();
}

// All tasks that are left wait for each other.
struct Stuck : std::runtime_error {
  Stuck() : std::runtime_error("the tasks wait for each other") {}
};

class Loop {
 public:
  using Ticks = std::uint64_t;
  using Id = std::size_t;

  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    for (const auto& record : records_) {
      if (record->promise != nullptr) record->promise->handle().destroy();
    }
  }

  Id spawn(Task task) {
    Promise* promise = std::exchange(task.promise_, nullptr);
    records_.push_back(std::make_unique<Record>());
    records_.back()->promise = promise;
    promise->record = records_.back().get();
    ready_.push_back(promise);
    return records_.size() - 1;
  }

  auto yield() {
    struct Awaiter {
      Loop& loop;
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<Promise> task) { loop.ready_.push_back(&task.promise()); }
      void await_resume() {}
    };
    return Awaiter{*this};
  }

  auto sleep(Ticks ticks) {
    struct Awaiter {
      Loop& loop;
      Ticks due;
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<Promise> task) {
        task.promise().due = due;
        loop.FallAsleep(&task.promise());
      }
      void await_resume() {}
    };
    return Awaiter{*this, now_ + ticks};
  }

  auto join(Id id) {
    struct Awaiter {
      Record& record;
      bool await_ready() { return record.promise == nullptr; }
      void await_suspend(std::coroutine_handle<Promise> task) { record.joiners.push_back(&task.promise()); }
      void await_resume() {
        record.is_joined = true;
        if (record.failure) std::rethrow_exception(record.failure);
      }
    };
    return Awaiter{*records_[id]};
  }

  void run() {
    while (!ready_.empty() || !sleepers_.empty()) {
      if (ready_.empty()) WakeTheNext();
      Promise* promise = ready_.pop_front();
      const auto handle = promise->handle();
      handle.resume();
      if (!handle.done()) continue;
      Record& record = *promise->record;
      record.promise = nullptr;
      ready_.append(record.joiners);
      handle.destroy();
    }
    for (const auto& record : records_) {
      if (record->promise != nullptr) throw Stuck();
    }
    for (const auto& record : records_) {
      if (record->failure && !std::exchange(record->is_joined, true)) std::rethrow_exception(record->failure);
    }
  }

  Ticks now() const { return now_; }

 private:
  // Keeps the sleepers in the order in which they wake, equal ones in the order in which they came.
  void FallAsleep(Promise* promise) {
    if (sleepers_.empty() || sleepers_.last_->due <= promise->due) return sleepers_.push_back(promise);
    Promise** link = &sleepers_.first_;
    while ((*link)->due <= promise->due) link = &(*link)->next;
    promise->next = *link;
    *link = promise;
  }

  void WakeTheNext() {
    now_ = sleepers_.first_->due;
    while (!sleepers_.empty() && sleepers_.first_->due == now_) ready_.push_back(sleepers_.pop_front());
  }

  std::vector<std::unique_ptr<Record>> records_;  // by Id
  TaskList ready_;
  TaskList sleepers_;
  Ticks now_ = 0;
};

#endif  // LOOP_H_
