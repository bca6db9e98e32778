// waiting: weak memory; expect: assertion check=spin-exclusion
//
// The error: Peterson's lock for two threads with acquire and release where it needs sequential
// consistency. A thread raises its own hand and then looks at the other's; nothing keeps the look
// from taking place before the raised hand is visible, so both may see the other's hand down.

#ifndef TALLY_H_
#define TALLY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
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

// A lock for two threads, with one raised hand each.
class SpinFlag {
 public:
  void lock() {
    const unsigned me = ThreadNumber() % 2;
    const unsigned other = 1 - me;
    hand_[me].store(true, std::memory_order_release);
    after_you_.store(other, std::memory_order_release);
    while (hand_[other].load(std::memory_order_acquire) && after_you_.load(std::memory_order_acquire) == other) {
      std::this_thread::yield();
    }
  }

  bool try_lock() {
    const unsigned me = ThreadNumber() % 2;
    const unsigned other = 1 - me;
    if (hand_[me].load(std::memory_order_relaxed)) return false;  // this thread holds the lock
    hand_[me].store(true, std::memory_order_release);
    after_you_.store(other, std::memory_order_release);
    if (!hand_[other].load(std::memory_order_acquire)) return true;
    hand_[me].store(false, std::memory_order_release);
    return false;
  }

  void unlock() { hand_[ThreadNumber() % 2].store(false, std::memory_order_release); }

 private:
  // Numbers threads in the order in which they first ask.
  static unsigned ThreadNumber() {
    static std::atomic<unsigned> next{0};
    thread_local const unsigned number = next.fetch_add(1);
    return number;
  }

  std::atomic<bool> hand_[2] = {};
  std::atomic<unsigned> after_you_{0};
};

// The sum of `numbers`, worked out by `threads` threads (at least one) that share the work. Each
// sums its share in a variable on its own stack, and writes to shared memory once, in a place that
// belongs to it alone.
inline std::int64_t parallel_sum(std::span<const std::int64_t> numbers, unsigned threads) {
  std::vector<std::int64_t> partial_sums(threads);
  std::vector<std::thread> helpers;
  for (unsigned i = 0; i < threads; ++i) {
    const std::size_t begin = numbers.size() * i / threads;
    const std::size_t end = numbers.size() * (i + 1) / threads;
    helpers.emplace_back([numbers, begin, end, &partial_sum = partial_sums[i]] {
      std::int64_t sum = 0;
      for (std::size_t j = begin; j < end; ++j) sum += numbers[j];
      partial_sum = sum;
    });
  }
  for (std::thread& helper : helpers) helper.join();
  return std::accumulate(partial_sums.begin(), partial_sums.end(), std::int64_t{0});
}

#endif  // TALLY_H_
