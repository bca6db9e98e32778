// Another right design: what several threads need lives as long as any of them needs it. The latch hands
// out shares of its state, so that it may go while count_down still notifies; the barrier has an object
// for each phase, so that nobody can take one phase for another.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  void acquire() {
    std::unique_lock lock(mutex_);
    permits_came_.wait(lock, [this] { return permits_ > 0; });
    --permits_;
  }

  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    std::unique_lock lock(mutex_);
    if (!permits_came_.wait_for(lock, timeout, [this] { return permits_ > 0; })) return false;
    --permits_;
    return true;
  }

  void release(int k = 1) {
    std::lock_guard lock(mutex_);
    permits_ += k;
    permits_came_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any permits_came_;
  int permits_;  // guarded by mutex_
};

// A flag that is raised once.
class Signal {
 public:
  void Raise() {
    {
      std::lock_guard lock(mutex_);
      is_raised_ = true;
    }
    raised_.notify_all();
  }

  void Await() {
    std::unique_lock lock(mutex_);
    raised_.wait(lock, [this] { return is_raised_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable raised_;
  bool is_raised_ = false;  // guarded by mutex_
};

class Latch {
 public:
  explicit Latch(int count) : state_(std::make_shared<State>()) {
    state_->count = count;
    if (count == 0) state_->open.Raise();
  }

  void count_down() {
    const std::shared_ptr<State> state = state_;
    bool opens = false;
    {
      std::lock_guard lock(state->mutex);
      opens = --state->count == 0;
    }
    if (opens) state->open.Raise();
  }

  void wait() { state_->open.Await(); }

 private:
  struct State {
    std::mutex mutex;
    int count = 0;  // guarded by mutex
    Signal open;
  };

  const std::shared_ptr<State> state_;
};

class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  std::size_t arrive_and_wait() {
    std::shared_ptr<Phase> phase;
    bool is_last = false;
    {
      std::lock_guard lock(mutex_);
      phase = phase_;
      is_last = ++phase->arrived == n_;
      if (is_last) phase_ = std::make_shared<Phase>(phase->number + 1);
    }
    if (!is_last) {
      phase->over.Await();
      return phase->number;
    }
    try {
      if (on_phase_) on_phase_();
    } catch (...) {
      phase->over.Raise();
      throw;
    }
    phase->over.Raise();
    return phase->number;
  }

 private:
  struct Phase {
    explicit Phase(std::size_t phase_number) : number(phase_number) {}
    const std::size_t number;
    int arrived = 0;  // guarded by the barrier's mutex
    Signal over;
  };

  const int n_;
  const std::function<void()> on_phase_;
  std::mutex mutex_;
  std::shared_ptr<Phase> phase_ = std::make_shared<Phase>(0);  // guarded by mutex_
};

#endif  // GATE_KIT_H_
