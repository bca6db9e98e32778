// A set of thread slots as a bitmap: union, difference and "the n-th member" cost a few instructions, because the
// scheduler does all three at every scheduling point.
#ifndef RACECOURSE_CORE_THREAD_SET_H_
#define RACECOURSE_CORE_THREAD_SET_H_

#include <bit>

#include "framework/core/types.h"

namespace racecourse {

class ThreadSet {
 public:
  ThreadSet() = default;
  // Word by word: sets are copied right after a member was added, and a 16-byte load would have to wait for that store.
  ThreadSet(const ThreadSet& other) { Copy(other); }
  ThreadSet& operator=(const ThreadSet& other) {
    Copy(other);
    return *this;
  }

  void Clear() {
    for (auto& word : words_) word = 0;
  }
  void Add(ThreadSlot slot) { words_[slot >> 6] |= Bit(slot); }
  void Remove(ThreadSlot slot) { words_[slot >> 6] &= ~Bit(slot); }
  bool Contains(ThreadSlot slot) const { return (words_[slot >> 6] & Bit(slot)) != 0; }
  void AddAll(const ThreadSet& other) {
    for (int i = 0; i < kWords; ++i) words_[i] |= other.words_[i];
  }
  void RemoveAll(const ThreadSet& other) {
    for (int i = 0; i < kWords; ++i) words_[i] &= ~other.words_[i];
  }
  bool Empty() const { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }
  bool Intersects(const ThreadSet& other) const {
    std::uint64_t common = 0;
    for (int i = 0; i < kWords; ++i) common |= words_[i] & other.words_[i];
    return common != 0;
  }
  // Most programs have at most 64 threads: the first word comes first everywhere.
  unsigned Size() const {
    auto size = static_cast<unsigned>(std::popcount(words_[0]));
    if (HasHighMembers()) {
      for (int i = 1; i < kWords; ++i) size += static_cast<unsigned>(std::popcount(words_[i]));
    }
    return size;
  }
  // True for a set of exactly one member.
  bool IsSingleton() const {
    if (!HasHighMembers()) return words_[0] != 0 && (words_[0] & (words_[0] - 1)) == 0;
    return Size() == 1;
  }
  // The smallest member, kNoThread if there is none.
  ThreadSlot First() const {
    for (int i = 0; i < kWords; ++i) {
      if (words_[i] != 0) return static_cast<ThreadSlot>(i * 64 + std::countr_zero(words_[i]));
    }
    return kNoThread;
  }
  // The n-th smallest member, counted from 0.   REQUIRES: n < Size().
  ThreadSlot Nth(unsigned n) const {
    for (int i = 0; i < kWords; ++i) {
      std::uint64_t word = words_[i];
      const auto count = static_cast<unsigned>(std::popcount(word));
      if (n >= count) {
        n -= count;
        continue;
      }
      while (n-- > 0) word &= word - 1;
      return static_cast<ThreadSlot>(i * 64 + std::countr_zero(word));
    }
    return kNoThread;
  }
  // Calls visit(slot) for each member in ascending order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (int i = 0; i < kWords; ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(static_cast<ThreadSlot>(i * 64 + std::countr_zero(word)));
      }
    }
  }

 private:
  static constexpr int kWords = kMaxThreads / 64;
  void Copy(const ThreadSet& other) {
    for (int i = 0; i < kWords; ++i) {
      std::uint64_t word = other.words_[i];
      asm("" : "+r"(word));  // keeps the compiler from joining the copies
      words_[i] = word;
    }
  }
  bool HasHighMembers() const { return (words_[1] | words_[2] | words_[3]) != 0; }
  static std::uint64_t Bit(ThreadSlot slot) { return std::uint64_t{1} << (slot & 63); }
  std::uint64_t words_[kWords] = {};
};

}  // namespace racecourse

#endif  // RACECOURSE_CORE_THREAD_SET_H_
