// Another right design: a sequence lock. Writers take turns and count up twice, once before and
// once after they change the totals. A reader takes no lock: it reads the count, the totals, and
// the count again, and starts over unless it saw the same even number twice.

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
    std::lock_guard lock(writers_);
    const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    // A reader that sees the total stored below also sees that the count has become odd.
    std::atomic_thread_fence(std::memory_order_release);
    const std::int64_t total = totals_[subject].load(std::memory_order_relaxed);
    totals_[subject].store(total + n, std::memory_order_relaxed);
    sequence_.store(sequence + 2, std::memory_order_release);
  }

  std::int64_t total(std::uint32_t subject) const { return totals_[subject].load(std::memory_order_relaxed); }

  std::vector<std::int64_t> snapshot() const {
    std::vector<std::int64_t> seen(kSubjects);
    for (;;) {
      const std::uint64_t before = sequence_.load(std::memory_order_acquire);
      if (before % 2 == 0) {
        for (std::uint32_t subject = 0; subject < kSubjects; ++subject) {
          seen[subject] = totals_[subject].load(std::memory_order_relaxed);
        }
        std::atomic_thread_fence(std::memory_order_acquire);
        if (sequence_.load(std::memory_order_relaxed) == before) return seen;
      }
      std::this_thread::yield();  // a writer is, or was, at work
    }
  }

 private:
  std::mutex writers_;
  std::atomic<std::uint64_t> sequence_{0};  // odd while a writer is at work
  // Atomic, because a reader may look while a writer writes, and throws away what it saw.
  std::array<std::atomic<std::int64_t>, kSubjects> totals_{};
};

// Sleeps instead of spinning: wait returns when the flag is no longer true.
class SpinFlag {
 public:
  void lock() {
    while (raised_.test_and_set(std::memory_order_acquire)) {
      raised_.wait(true, std::memory_order_relaxed);
    }
  }
  bool try_lock() { return !raised_.test_and_set(std::memory_order_acquire); }
  void unlock() {
    raised_.clear(std::memory_order_release);
    raised_.notify_one();
  }

 private:
  std::atomic_flag raised_;
};

// Halves the work: one half goes to a new thread, the other stays.
inline std::int64_t parallel_sum(std::span<const std::int64_t> numbers, unsigned threads) {
  if (threads == 1) {
    std::int64_t sum = 0;
    for (const std::int64_t number : numbers) sum += number;
    return sum;
  }
  const std::size_t middle = numbers.size() / 2;
  std::int64_t left = 0;
  std::thread helper([&] { left = parallel_sum(numbers.first(middle), threads / 2); });
  const std::int64_t right = parallel_sum(numbers.subspan(middle), threads - threads / 2);
  helper.join();
  return left + right;
}

#endif  // TALLY_H_
