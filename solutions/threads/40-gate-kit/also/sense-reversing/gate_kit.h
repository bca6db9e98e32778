// Another right design: the barrier has two sides that change places after each phase, the semaphore and
// the latch notify after they have given the mutex back, and the latch counts those who are on their way
// out of count_down: its destructor waits for them.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  void acquire() {
    std::unique_lock lock(mutex_);
    while (permits_ == 0) permit_.wait(lock);
    --permits_;
  }

  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    std::unique_lock lock(mutex_);
    if (!permit_.wait_for(lock, timeout, [this] { return permits_ > 0; })) return false;
    --permits_;
    return true;
  }

  void release(int k = 1) {
    {
      std::lock_guard lock(mutex_);
      permits_ += k;
    }
    if (k == 1) {
      permit_.notify_one();
    } else {
      permit_.notify_all();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable permit_;
  int permits_;  // guarded by mutex_
};

class Latch {
 public:
  explicit Latch(int count) : count_(count) {}

  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  ~Latch() {
    std::unique_lock lock(mutex_);
    all_out_.wait(lock, [this] { return on_their_way_out_ == 0; });
  }

  void count_down() {
    std::unique_lock lock(mutex_);
    const bool opens = --count_ == 0;
    ++on_their_way_out_;
    lock.unlock();
    if (opens) open_.notify_all();
    lock.lock();
    --on_their_way_out_;
    all_out_.notify_one();  // while the mutex is held: the destructor cannot go on before it is free
  }

  void wait() {
    std::unique_lock lock(mutex_);
    while (count_ > 0) open_.wait(lock);
  }

 private:
  std::mutex mutex_;
  std::condition_variable open_;
  std::condition_variable all_out_;
  int count_;                 // guarded by mutex_
  int on_their_way_out_ = 0;  // guarded by mutex_
};

class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  std::size_t arrive_and_wait() {
    std::unique_lock lock(mutex_);
    const bool my_side = side_;
    const std::size_t phase = phase_;
    if (++arrived_ == n_) {
      // The others sleep, and nobody else will come: on_phase needs no lock.
      lock.unlock();
      try {
        if (on_phase_) on_phase_();
      } catch (...) {
        Turn();
        throw;
      }
      Turn();
    } else {
      while (side_ == my_side) turned_.wait(lock);
    }
    return phase;
  }

 private:
  void Turn() {
    std::lock_guard lock(mutex_);
    arrived_ = 0;
    ++phase_;
    side_ = !side_;
    turned_.notify_all();
  }

  const int n_;
  const std::function<void()> on_phase_;
  std::mutex mutex_;
  std::condition_variable turned_;
  int arrived_ = 0;        // guarded by mutex_
  std::size_t phase_ = 0;  // guarded by mutex_
  bool side_ = false;      // guarded by mutex_
};

#endif  // GATE_KIT_H_
