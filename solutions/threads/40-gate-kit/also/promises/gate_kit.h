// Another right design: a thread that has to wait leaves a promise behind and waits for its future. Whoever
// opens the gate takes the promises out while it holds the mutex, and keeps them when it no longer needs
// the gate: it does not matter then whether the gate still exists.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <list>
#include <mutex>
#include <utility>

using Promises = std::list<std::promise<void>>;

inline void KeepAll(Promises promises) {
  for (std::promise<void>& promise : promises) promise.set_value();
}

class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  void acquire() {
    std::future<void> permit;
    {
      std::lock_guard lock(mutex_);
      if (permits_ > 0) {
        --permits_;
        return;
      }
      promises_.emplace_back();
      permit = promises_.back().get_future();
    }
    permit.wait();
  }

  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    std::future<void> permit;
    Promises::iterator my_promise;
    {
      std::lock_guard lock(mutex_);
      if (permits_ > 0) {
        --permits_;
        return true;
      }
      my_promise = promises_.emplace(promises_.end());
      permit = my_promise->get_future();
    }
    if (permit.wait_for(timeout) == std::future_status::ready) return true;
    // Either the promise is in the list still, or somebody has taken it out and is about to keep it.
    std::lock_guard lock(mutex_);
    for (auto promise = promises_.begin(); promise != promises_.end(); ++promise) {
      if (promise == my_promise) {
        promises_.erase(promise);
        return false;
      }
    }
    return true;
  }

  void release(int k = 1) {
    Promises to_keep;
    {
      std::lock_guard lock(mutex_);
      for (; k > 0 && !promises_.empty(); --k) to_keep.splice(to_keep.end(), promises_, promises_.begin());
      permits_ += k;
    }
    KeepAll(std::move(to_keep));
  }

 private:
  std::mutex mutex_;
  int permits_;        // guarded by mutex_
  Promises promises_;  // guarded by mutex_; empty if there are permits
};

class Latch {
 public:
  explicit Latch(int count) : count_(count) {}

  void count_down() {
    Promises to_keep;
    {
      std::lock_guard lock(mutex_);
      if (--count_ == 0) to_keep.swap(promises_);
    }
    KeepAll(std::move(to_keep));
  }

  void wait() {
    std::future<void> opening;
    {
      std::lock_guard lock(mutex_);
      if (count_ == 0) return;
      promises_.emplace_back();
      opening = promises_.back().get_future();
    }
    opening.wait();
  }

 private:
  std::mutex mutex_;
  int count_;          // guarded by mutex_
  Promises promises_;  // guarded by mutex_
};

class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  std::size_t arrive_and_wait() {
    std::unique_lock lock(mutex_);
    const std::size_t phase = phase_;
    if (++arrived_ < n_) {
      promises_.emplace_back();
      std::future<void> end_of_phase = promises_.back().get_future();
      lock.unlock();
      end_of_phase.wait();
      return phase;
    }
    arrived_ = 0;
    ++phase_;
    Promises to_keep;
    to_keep.swap(promises_);
    lock.unlock();
    try {
      if (on_phase_) on_phase_();
    } catch (...) {
      KeepAll(std::move(to_keep));
      throw;
    }
    KeepAll(std::move(to_keep));
    return phase;
  }

 private:
  const int n_;
  const std::function<void()> on_phase_;
  std::mutex mutex_;
  int arrived_ = 0;        // guarded by mutex_
  std::size_t phase_ = 0;  // guarded by mutex_
  Promises promises_;      // guarded by mutex_
};

#endif  // GATE_KIT_H_
