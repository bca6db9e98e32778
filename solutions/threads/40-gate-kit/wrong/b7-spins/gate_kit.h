// expect: busy_wait check=rest
//
// The error: whoever has to wait goes round and round, and keeps the processor busy while nothing
// happens.

#ifndef GATE_KIT_H_
#define GATE_KIT_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>

class Sem {
 public:
  explicit Sem(int permits) : permits_(permits) {}

  void acquire() {
    while (!TryAcquire()) std::this_thread::yield();
  }

  // An atomic wait has no timeout, so this sleeps in short pieces and looks after each.
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
      // The clock is read before the permits: what came in time is found.
      const auto now = std::chrono::steady_clock::now();
      if (TryAcquire()) return true;
      if (now >= deadline) return false;
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(deadline - now, kNap));
    }
  }

  void release(int k = 1) { permits_.fetch_add(k); }

 private:
  static constexpr std::chrono::milliseconds kNap{1};

  bool TryAcquire() {
    int permits = permits_.load();
    while (permits > 0) {
      if (permits_.compare_exchange_weak(permits, permits - 1)) return true;
    }
    return false;
  }

  std::atomic<int> permits_;
};

class Latch {
 public:
  explicit Latch(int count) : count_(count) {}

  void count_down() { count_.fetch_sub(1); }

  void wait() {
    while (count_.load() > 0) std::this_thread::yield();
  }

 private:
  std::atomic<int> count_;
};

class CyclicBarrier {
 public:
  explicit CyclicBarrier(int n, std::function<void()> on_phase = {}) : n_(n), on_phase_(std::move(on_phase)) {}

  std::size_t arrive_and_wait() {
    // Read before arriving: the phase cannot end without this thread.
    const unsigned phase = phase_.load();
    if (arrived_.fetch_add(1) + 1 < n_) {
      while (phase_.load() == phase) std::this_thread::yield();
      return phase;
    }
    try {
      if (on_phase_) on_phase_();
    } catch (...) {
      EndPhase();
      throw;
    }
    EndPhase();
    return phase;
  }

 private:
  // Nobody else arrives between the two stores: all others wait for the second one.
  void EndPhase() {
    arrived_.store(0);
    phase_.fetch_add(1);
  }

  const int n_;
  const std::function<void()> on_phase_;
  std::atomic<int> arrived_{0};
  std::atomic<unsigned> phase_{0};
};

#endif  // GATE_KIT_H_
