// Another right design: the semaphore is made of a mutex and a condition variable, and everything else is
// made of semaphores. The barrier has two turnstiles, one behind the other, so that no thread can get
// round to the first one again before all have passed the second one.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>

class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  void acquire() {
    std::unique_lock lock(mutex_);
    while (permits_ == 0) permits_came_.wait(lock);
    --permits_;
  }

  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock(mutex_);
    while (permits_ == 0) {
      if (permits_came_.wait_until(lock, deadline) == std::cv_status::timeout) break;
    }
    if (permits_ == 0) return false;
    --permits_;
    return true;
  }

  // Nobody who acquires a permit can do so before this has given the mutex back, the last thing it does.
  void release(int k = 1) {
    std::lock_guard lock(mutex_);
    permits_ += k;
    permits_came_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable permits_came_;
  int permits_;  // guarded by mutex_
};

class Latch {
 public:
  explicit Latch(int count) : count_(count), gate_(count == 0 ? 1 : 0) {}

  void count_down() {
    count_mutex_.acquire();
    const bool opens = --count_ == 0;
    count_mutex_.release();
    if (opens) gate_.release();
  }

  // One permit lets everybody through, since each puts it back.
  void wait() {
    gate_.acquire();
    gate_.release();
  }

 private:
  Sem count_mutex_{1};
  int count_;  // guarded by count_mutex_
  Sem gate_;
};

class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  std::size_t arrive_and_wait() {
    mutex_.acquire();
    const std::size_t phase = phase_;
    const bool is_last = ++inside_ == n_;
    mutex_.release();
    std::exception_ptr failure;
    if (is_last) {
      try {
        if (on_phase_) on_phase_();
      } catch (...) {
        failure = std::current_exception();
      }
      way_in_.release(n_);
    }
    way_in_.acquire();

    mutex_.acquire();
    const bool is_last_out = --inside_ == 0;
    if (is_last_out) ++phase_;
    mutex_.release();
    if (is_last_out) way_out_.release(n_);
    way_out_.acquire();
    if (failure) std::rethrow_exception(failure);
    return phase;
  }

 private:
  const int n_;
  const std::function<void()> on_phase_;
  Sem mutex_{1};
  int inside_ = 0;         // guarded by mutex_
  std::size_t phase_ = 0;  // guarded by mutex_
  Sem way_in_{0};
  Sem way_out_{0};
};

#endif  // GATE_KIT_H_
