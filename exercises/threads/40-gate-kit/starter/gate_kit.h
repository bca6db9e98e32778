// Gates: what you submit. Read README.md first.
//
// This version compiles, and it is right as long as one thread uses it. When it has to wait it takes a
// nap and looks again. Your task is to make it right for several threads, and to let them sleep until
// there is something to do.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>

// Takes a nap. Those who wait should do something better.
inline void Nap() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

// A semaphore: a box of permits. Taking one waits until there is one.
class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  // Takes a permit. Waits while there is none.
  void acquire() {
    while (permits_ == 0) Nap();
    --permits_;
  }

  // Takes a permit and returns true, or returns false if `timeout` is over and there still is none.
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (permits_ == 0 && std::chrono::steady_clock::now() < deadline) Nap();
    if (permits_ == 0) return false;
    --permits_;
    return true;
  }

  // Puts `k` permits into the box, at least one.
  void release(int k = 1) { permits_ += k; }

 private:
  int permits_;
};

// A latch: a gate that opens once, after `count` calls of count_down, and stays open.
class Latch {
 public:
  explicit Latch(int count) : count_(count) {}

  // Counts one down. Never waits.
  void count_down() { --count_; }

  // Returns once the count is zero.
  void wait() {
    while (count_ > 0) Nap();
  }

 private:
  int count_;
};

// A barrier for `n` threads, again and again: each waits until all are there.
class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  // Waits until all n threads have arrived; then on_phase runs, once. Returns the number of the phase
  // that this has ended: 0 at first.
  std::size_t arrive_and_wait() {
    ++arrived_;
    while (arrived_ < n_) Nap();
    arrived_ = 0;
    if (on_phase_) on_phase_();
    return phase_++;
  }

 private:
  const int n_;
  const std::function<void()> on_phase_;
  int arrived_ = 0;
  std::size_t phase_ = 0;
};

#endif  // GATE_KIT_H_
