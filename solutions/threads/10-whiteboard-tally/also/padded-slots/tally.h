// Another right design: every thread has a slot of its own, a cache line wide, so that adding
// hardly ever waits. A snapshot holds all the slots at once. The flag is a ticket lock.

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
  explicit Tally(unsigned threads) : slots_(threads) {}

  void add(std::uint32_t subject, std::int64_t n) {
    Slot& slot = slots_[ThreadNumber() % slots_.size()];
    std::lock_guard lock(slot.mutex);
    slot.totals[subject] += n;
  }

  std::int64_t total(std::uint32_t subject) const { return snapshot()[subject]; }

  // Slots are locked in the order of their numbers, and add locks only one: nobody waits in a
  // circle.
  std::vector<std::int64_t> snapshot() const {
    std::vector<std::unique_lock<std::mutex>> locks;
    for (const Slot& slot : slots_) locks.emplace_back(slot.mutex);
    std::vector<std::int64_t> sums(kSubjects);
    for (const Slot& slot : slots_) {
      for (std::uint32_t subject = 0; subject < kSubjects; ++subject) {
        sums[subject] += slot.totals[subject];
      }
    }
    return sums;
  }

 private:
  // Slots of their own cache lines: two cores that write side by side do not slow each other down.
  struct alignas(64) Slot {
    mutable std::mutex mutex;
    std::array<std::int64_t, kSubjects> totals{};  // guarded by mutex
  };

  // Numbers threads in the order in which they first ask. Two threads may share a slot: it is
  // locked.
  static unsigned ThreadNumber() {
    static std::atomic<unsigned> next{0};
    thread_local const unsigned number = next.fetch_add(1, std::memory_order_relaxed);
    return number;
  }

  std::vector<Slot> slots_;
};

// A ticket lock: draw a number, wait until it is called.
class SpinFlag {
 public:
  void lock() {
    const unsigned ticket = next_ticket_.fetch_add(1, std::memory_order_relaxed);
    while (now_serving_.load(std::memory_order_acquire) != ticket) std::this_thread::yield();
  }

  // Draws a ticket only if it is the one being served now.
  bool try_lock() {
    unsigned ticket = now_serving_.load(std::memory_order_acquire);
    return next_ticket_.compare_exchange_strong(ticket, ticket + 1, std::memory_order_relaxed);
  }

  void unlock() {
    const unsigned ticket = now_serving_.load(std::memory_order_relaxed);
    now_serving_.store(ticket + 1, std::memory_order_release);
  }

 private:
  std::atomic<unsigned> next_ticket_{0};
  std::atomic<unsigned> now_serving_{0};
};

inline std::int64_t parallel_sum(std::span<const std::int64_t> numbers, unsigned threads) {
  struct alignas(64) PartialSum {
    std::int64_t value = 0;
  };
  std::vector<PartialSum> partial_sums(threads);
  std::vector<std::thread> helpers;
  for (unsigned i = 0; i < threads; ++i) {
    // Helper i takes every threads-th number, beginning with number i.
    helpers.emplace_back([numbers, i, threads, &partial_sums] {
      for (std::size_t j = i; j < numbers.size(); j += threads) partial_sums[i].value += numbers[j];
    });
  }
  for (std::thread& helper : helpers) helper.join();
  std::int64_t sum = 0;
  for (const PartialSum& partial_sum : partial_sums) sum += partial_sum.value;
  return sum;
}

#endif  // TALLY_H_
