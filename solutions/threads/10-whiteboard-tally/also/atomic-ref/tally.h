// Another right design: the totals are ordinary integers, but every access that may meet another
// thread goes through std::atomic_ref. Writers and snapshots take turns under a lock; total does
// not need it.

#ifndef TALLY_H_
#define TALLY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

inline constexpr std::uint32_t kSubjects = 4;

class Tally {
 public:
  explicit Tally([[maybe_unused]] unsigned threads) {}

  void add(std::uint32_t subject, std::int64_t n) {
    std::lock_guard lock(mutex_);
    std::atomic_ref(totals_[subject]).fetch_add(n, std::memory_order_relaxed);
  }

  std::int64_t total(std::uint32_t subject) const {
    return std::atomic_ref(totals_[subject]).load(std::memory_order_relaxed);
  }

  // Reads plainly: reading never collides with reading, and the lock keeps the writers away.
  std::vector<std::int64_t> snapshot() const {
    std::lock_guard lock(mutex_);
    return {totals_.begin(), totals_.end()};
  }

 private:
  mutable std::mutex mutex_;  // held by all writers
  // Mutable because an atomic_ref, even one that only loads, wants a reference to non-const.
  mutable std::array<std::int64_t, kSubjects> totals_{};
};

class SpinFlag {
 public:
  void lock() {
    while (!try_lock()) std::this_thread::yield();
  }
  bool try_lock() { return std::atomic_ref(raised_).exchange(1, std::memory_order_acquire) == 0; }
  void unlock() { std::atomic_ref(raised_).store(0, std::memory_order_release); }

 private:
  int raised_ = 0;
};

inline std::int64_t parallel_sum(std::span<const std::int64_t> numbers, unsigned threads) {
  std::int64_t sum = 0;
  std::vector<std::jthread> helpers;
  for (unsigned i = 0; i < threads; ++i) {
    helpers.emplace_back([numbers, i, threads, &sum] {
      for (std::size_t j = i; j < numbers.size(); j += threads) {
        std::atomic_ref(sum).fetch_add(numbers[j], std::memory_order_relaxed);
      }
    });
  }
  helpers.clear();  // joins
  return sum;
}

#endif  // TALLY_H_
