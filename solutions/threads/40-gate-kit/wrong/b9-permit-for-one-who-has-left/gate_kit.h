// expect: assertion check=timeout
//
// The error: a thread whose time is up leaves the line without looking whether it was called at that
// very moment. The permit that was handed to it is lost.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

// Threads that wait, in the order in which they came. All is done under the mutex of the gate that owns
// the queue. A thread stands in it with an object on its own stack, so nobody touches that object after
// the mutex is free.
class WaitingLine {
 public:
  bool IsEmpty() const { return line_.empty(); }

  // Waits until this thread is called.
  void Wait(std::unique_lock<std::mutex>& lock) {
    Waiting me;
    line_.push_back(&me);
    me.called_or_woken.wait(lock, [&me] { return me.is_called; });
  }

  // The same until `deadline`. Returns whether the thread was called; if not, it has left the line.
  template <class TimePoint>
  bool WaitUntil(std::unique_lock<std::mutex>& lock, TimePoint deadline) {
    Waiting me;
    line_.push_back(&me);
    while (!me.is_called) {
      if (me.called_or_woken.wait_until(lock, deadline) == std::cv_status::timeout) {
        line_.remove(&me);
        return false;
      }
    }
    return true;
  }

  // REQUIRES: the line is not empty.
  void CallFirst() {
    Waiting& first = *line_.front();
    line_.pop_front();
    first.is_called = true;
    first.called_or_woken.notify_one();
  }

  void CallAll() {
    while (!IsEmpty()) CallFirst();
  }

 private:
  struct Waiting {
    std::condition_variable called_or_woken;
    bool is_called = false;
  };

  std::list<Waiting*> line_;
};

class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  void acquire() {
    std::unique_lock lock(mutex_);
    if (permits_ > 0) {
      --permits_;
    } else {
      line_.Wait(lock);  // release gives the permit to this thread, past permits_
    }
  }

  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock(mutex_);
    if (permits_ == 0) return line_.WaitUntil(lock, deadline);
    --permits_;
    return true;
  }

  void release(int k = 1) {
    std::lock_guard lock(mutex_);
    for (; k > 0 && !line_.IsEmpty(); --k) line_.CallFirst();
    permits_ += k;
  }

 private:
  std::mutex mutex_;
  WaitingLine line_;  // guarded by mutex_; empty if there are permits
  int permits_;       // guarded by mutex_
};

class Latch {
 public:
  explicit Latch(int count) : count_(count) {}

  void count_down() {
    std::lock_guard lock(mutex_);
    if (--count_ == 0) line_.CallAll();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    if (count_ > 0) line_.Wait(lock);
  }

 private:
  std::mutex mutex_;
  WaitingLine line_;  // guarded by mutex_
  int count_;         // guarded by mutex_
};

class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  // A thread that is called need not look at anything, so no phase can be taken for another one.
  std::size_t arrive_and_wait() {
    std::unique_lock lock(mutex_);
    const std::size_t phase = phase_;
    if (++arrived_ < n_) {
      line_.Wait(lock);
      return phase;
    }
    arrived_ = 0;
    ++phase_;
    try {
      if (on_phase_) on_phase_();
    } catch (...) {
      line_.CallAll();
      throw;
    }
    line_.CallAll();
    return phase;
  }

 private:
  const int n_;
  const std::function<void()> on_phase_;
  std::mutex mutex_;
  WaitingLine line_;       // guarded by mutex_
  int arrived_ = 0;        // guarded by mutex_
  std::size_t phase_ = 0;  // guarded by mutex_
};

#endif  // GATE_KIT_H_
