// expect: data_race check=sum
//
// The error: all helpers add to one variable that they share, as if it lay on their own stacks.

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

// How many subjects are counted: 0, 1, ... kSubjects - 1. Given; leave it as it is.
inline constexpr std::uint32_t kSubjects = 4;

// One running total per subject, on a board that several threads share.
class Tally {
 public:
  // `threads` is the largest number of threads that will ever call add. One lock serves any number.
  explicit Tally([[maybe_unused]] unsigned threads) {}

  void add(std::uint32_t subject, std::int64_t n) {
    std::lock_guard lock(mutex_);
    totals_[subject] += n;
  }

  std::int64_t total(std::uint32_t subject) const {
    std::lock_guard lock(mutex_);
    return totals_[subject];
  }

  std::vector<std::int64_t> snapshot() const {
    std::lock_guard lock(mutex_);
    return {totals_.begin(), totals_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::array<std::int64_t, kSubjects> totals_{};  // guarded by mutex_
};

// The smallest lock there is: a flag. Whoever raises it is inside; everybody else tries again.
class SpinFlag {
 public:
  void lock() {
    while (!try_lock()) std::this_thread::yield();
  }

  // The exchange looks at the flag and raises it in one step that nobody can get between. Acquire:
  // who raises the flag sees all that the last holder wrote before lowering it.
  bool try_lock() { return !raised_.exchange(true, std::memory_order_acquire); }

  // Release: all that this thread wrote comes before the flag goes down.
  void unlock() { raised_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> raised_{false};
};

// The sum of `numbers`, worked out by `threads` threads (at least one) that share the work.
inline std::int64_t parallel_sum(std::span<const std::int64_t> numbers, unsigned threads) {
  std::int64_t sum = 0;
  std::vector<std::thread> helpers;
  for (unsigned i = 0; i < threads; ++i) {
    const std::size_t begin = numbers.size() * i / threads;
    const std::size_t end = numbers.size() * (i + 1) / threads;
    helpers.emplace_back([numbers, begin, end, &sum] {
      for (std::size_t j = begin; j < end; ++j) sum += numbers[j];
    });
  }
  for (std::thread& helper : helpers) helper.join();
  return sum;
}

#endif  // TALLY_H_
