// expect: data_race check=totals
//
// The error: reads the total, adds, writes it back, and nothing keeps other threads away meanwhile.
// Two threads read 41, both write 42, and one mark is gone.

#ifndef TALLY_H_
#define TALLY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <thread>
#include <vector>

// How many subjects are counted: 0, 1, ... kSubjects - 1. Given; leave it as it is.
inline constexpr std::uint32_t kSubjects = 4;

// One running total per subject, on a board that several threads share.
class Tally {
 public:
  // `threads` is the largest number of threads that will ever call add.
  explicit Tally([[maybe_unused]] unsigned threads) {}

  void add(std::uint32_t subject, std::int64_t n) { totals_[subject] += n; }

  std::int64_t total(std::uint32_t subject) const { return totals_[subject]; }

  std::vector<std::int64_t> snapshot() const { return {totals_.begin(), totals_.end()}; }

 private:
  std::array<std::int64_t, kSubjects> totals_{};
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
