// Another right design, without a lock: relaxed atomic additions. A total that is read after join
// needs no more order than that. A snapshot does; it counts the additions begun and finished, and
// repeats itself until it knows that none was under way while it read.

#ifndef TALLY_H_
#define TALLY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

inline constexpr std::uint32_t kSubjects = 4;

class Tally {
 public:
  explicit Tally([[maybe_unused]] unsigned threads) {}

  void add(std::uint32_t subject, std::int64_t n) {
    begun_.fetch_add(1, std::memory_order_relaxed);
    // Who sees the new total below also sees that this addition has begun.
    std::atomic_thread_fence(std::memory_order_release);
    totals_[subject].fetch_add(n, std::memory_order_relaxed);
    finished_.fetch_add(1, std::memory_order_release);
  }

  std::int64_t total(std::uint32_t subject) const { return totals_[subject].load(std::memory_order_relaxed); }

  // If as many additions had begun after reading as had finished before it, these are the same
  // additions: the totals hold every one of them, and nothing else.
  std::vector<std::int64_t> snapshot() const {
    std::vector<std::int64_t> seen(kSubjects);
    for (;;) {
      const std::uint64_t finished_before = finished_.load(std::memory_order_acquire);
      for (std::uint32_t subject = 0; subject < kSubjects; ++subject) {
        seen[subject] = totals_[subject].load(std::memory_order_relaxed);
      }
      std::atomic_thread_fence(std::memory_order_acquire);
      if (begun_.load(std::memory_order_relaxed) == finished_before) return seen;
      std::this_thread::yield();
    }
  }

 private:
  std::array<std::atomic<std::int64_t>, kSubjects> totals_{};
  std::atomic<std::uint64_t> begun_{0};
  std::atomic<std::uint64_t> finished_{0};
};

class SpinFlag {
 public:
  // Reads until the flag looks free, and only then writes: waiting threads leave each other's
  // caches alone.
  void lock() {
    while (!try_lock()) {
      while (raised_.load(std::memory_order_relaxed)) std::this_thread::yield();
    }
  }

  bool try_lock() {
    bool lowered = false;
    return raised_.compare_exchange_strong(lowered, true, std::memory_order_acquire, std::memory_order_relaxed);
  }

  void unlock() { raised_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> raised_{false};
};

inline std::int64_t parallel_sum(std::span<const std::int64_t> numbers, unsigned threads) {
  std::atomic<std::int64_t> sum{0};
  std::vector<std::thread> helpers;
  for (unsigned i = 0; i < threads; ++i) {
    helpers.emplace_back([numbers, i, threads, &sum] {
      std::int64_t share = 0;
      for (std::size_t j = i; j < numbers.size(); j += threads) share += numbers[j];
      sum.fetch_add(share, std::memory_order_relaxed);
    });
  }
  for (std::thread& helper : helpers) helper.join();  // join puts every addition before the load
  return sum.load(std::memory_order_relaxed);
}

#endif  // TALLY_H_
