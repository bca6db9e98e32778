// expect: assertion|lost_wakeup check=last-look
//
// The error: try_acquire_for takes "the time is up" for "there is no permit". The call that woke it is
// used up, the permit stays, and another thread sleeps on beside it.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

// A semaphore: a box of permits. Taking one waits until there is one.
class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  // Takes a permit. Waits while there is none.
  void acquire() {
    std::unique_lock lock(mutex_);
    permit_.wait(lock, [this] { return permits_ > 0; });
    --permits_;
  }

  // Takes a permit and returns true, or returns false if `timeout` is over and there still is none.
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock(mutex_);
    while (permits_ == 0) {
      if (permit_.wait_until(lock, deadline) == std::cv_status::timeout) return false;
    }
    --permits_;
    return true;
  }

  // Puts `k` permits into the box, at least one.
  void release(int k = 1) {
    std::lock_guard lock(mutex_);
    permits_ += k;
    for (int woken = 0; woken < k; ++woken) permit_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable permit_;
  int permits_;  // guarded by mutex_
};

// A latch: a gate that opens once, after `count` calls of count_down, and stays open.
class Latch {
 public:
  explicit Latch(int count) : count_(count) {}

  // Counts one down. Never waits. Notifies while it holds the mutex: nobody can return from wait, and
  // destroy the latch, before the mutex is free, and freeing it is the last thing done here.
  void count_down() {
    std::lock_guard lock(mutex_);
    if (--count_ == 0) open_.notify_all();
  }

  // Returns once the count is zero.
  void wait() {
    std::unique_lock lock(mutex_);
    open_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable open_;
  int count_;  // guarded by mutex_
};

// A barrier for `n` threads, again and again: each waits until all are there.
class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  // Waits until all n threads have arrived; then on_phase runs, once. Returns the number of the phase
  // that this has ended: 0 at first.
  std::size_t arrive_and_wait() {
    std::unique_lock lock(mutex_);
    const std::size_t phase = phase_;
    if (++arrived_ < n_) {
      // Not "until arrived_ is 0": a quick thread may have arrived again by the time this one looks.
      phase_ended_.wait(lock, [this, phase] { return phase_ != phase; });
      return phase;
    }
    // The last one. However on_phase ends, the phase is over then.
    const EndOfPhase end_of_phase(*this);
    if (on_phase_) on_phase_();
    return phase;
  }

 private:
  // Lets everybody go when it goes out of scope. REQUIRES: the mutex is held then.
  class EndOfPhase {
   public:
    explicit EndOfPhase(CyclicBarrier& barrier) : barrier_(barrier) {}
    EndOfPhase(const EndOfPhase&) = delete;
    EndOfPhase& operator=(const EndOfPhase&) = delete;
    ~EndOfPhase() {
      barrier_.arrived_ = 0;
      ++barrier_.phase_;
      barrier_.phase_ended_.notify_all();
    }

   private:
    CyclicBarrier& barrier_;
  };

  const int n_;
  const std::function<void()> on_phase_;
  std::mutex mutex_;
  std::condition_variable phase_ended_;
  int arrived_ = 0;        // in this phase; guarded by mutex_
  std::size_t phase_ = 0;  // guarded by mutex_
};

#endif  // GATE_KIT_H_
