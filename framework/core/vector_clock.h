// Vector clocks: what one thread knows of the others' progress. Source: Mattern, "Virtual Time and Global States of
// Distributed Systems" (1989); used as in FastTrack (Flanagan and Freund, PLDI 2009).
//
// Clock values never restart: an execution begins above every value of the execution before it, so whatever an earlier
// execution left behind in shadow memory is ordered before everything that happens now, and nothing must be cleared.
#ifndef RACECOURSE_CORE_VECTOR_CLOCK_H_
#define RACECOURSE_CORE_VECTOR_CLOCK_H_

#include <cstring>

#include "framework/core/arena.h"
#include "framework/core/types.h"

namespace racecourse {

using Clock = std::uint64_t;

// The clock of a thread: one entry per slot, all of it allocated. Entries at and above the execution's slot count are
// not meaningful.
struct ThreadClock {
  Clock entries[kMaxThreads];
};

// The clock that an object hands from one thread to another. Entries beyond `size` are 0. Its memory comes from an
// arena that is reset with the execution, so a default-constructed SyncClock is what a new execution starts from.
class SyncClock {
 public:
  bool IsEmpty() const { return size_ == 0; }
  void Clear() {
    size_ = 0;
    releaser_ = kNoThread;
  }

  // this := clock. `releaser`, if given, is the thread whose clock it is; its own entry grows before it releases again.
  void Assign(const ThreadClock& clock, ThreadSlot slots, Arena* arena, ThreadSlot releaser = kNoThread) {
    Reserve(slots, arena);
    std::memcpy(entries_, clock.entries, slots * sizeof(Clock));
    size_ = slots;
    releaser_ = releaser;
    release_time_ = releaser != kNoThread ? clock.entries[releaser] : 0;
  }
  // this := max(this, clock).
  void Join(const ThreadClock& clock, ThreadSlot slots, Arena* arena, ThreadSlot releaser = kNoThread) {
    if (IsKnownTo(clock)) return Assign(clock, slots, arena, releaser);
    Grow(slots, arena);
    Maximum(entries_, clock.entries, slots);
    releaser_ = kNoThread;
  }
  void Join(const SyncClock& other, Arena* arena) {
    if (other.size_ == 0) return;
    Grow(other.size_, arena);
    Maximum(entries_, other.entries_, other.size_);
    releaser_ = kNoThread;
  }
  void Assign(const SyncClock& other, Arena* arena) {
    if (other.size_ == 0) return Clear();
    Reserve(other.size_, arena);
    std::memcpy(entries_, other.entries_, other.size_ * sizeof(Clock));
    size_ = other.size_;
    releaser_ = other.releaser_;
    release_time_ = other.release_time_;
  }
  // clock := max(clock, this).
  void JoinInto(ThreadClock* clock) const {
    if (!IsKnownTo(*clock)) Maximum(clock->entries, entries_, size_);
  }
  // True if joining would teach the clock nothing, as far as that is cheap to tell: who knows of a thread's release
  // knows all that the thread knew then.
  bool IsKnownTo(const ThreadClock& clock) const {
    return size_ == 0 || (releaser_ != kNoThread && clock.entries[releaser_] >= release_time_);
  }
  // Sets one entry (used where the entries are single accesses, not a whole clock).
  void Set(ThreadSlot slot, Clock value, Arena* arena) {
    if (slot >= size_) Grow(slot + 1, arena);
    entries_[slot] = value;
  }
  Clock Get(ThreadSlot slot) const { return slot < size_ ? entries_[slot] : 0; }
  ThreadSlot Size() const { return size_; }
  // The first slot whose entry is above the clock's, kNoThread if all is known to it.
  ThreadSlot FirstUnknownTo(const ThreadClock& clock) const {
    for (ThreadSlot i = 0; i < size_; ++i) {
      if (entries_[i] > clock.entries[i]) return i;
    }
    return kNoThread;
  }

 private:
  // Worth vector code from a handful of threads on. Clocks are below 2^47, so signed comparison, which is cheaper,
  // does.
  static void Maximum(Clock* to, const Clock* from, ThreadSlot count) {
    auto* signed_to = reinterpret_cast<std::int64_t*>(to);
    const auto* signed_from = reinterpret_cast<const std::int64_t*>(from);
#pragma clang loop vectorize(enable)
    for (ThreadSlot i = 0; i < count; ++i) {
      signed_to[i] = signed_to[i] < signed_from[i] ? signed_from[i] : signed_to[i];
    }
  }
  void Reserve(ThreadSlot slots, Arena* arena) {
    if (slots <= capacity_) return;
    capacity_ = (slots + 7) & ~ThreadSlot{7};
    entries_ = static_cast<Clock*>(arena->For(this)->Allocate(capacity_ * sizeof(Clock)));
  }
  // Enlarges to `slots` entries, keeping the old ones, the new ones 0.
  void Grow(ThreadSlot slots, Arena* arena) {
    if (slots <= size_) return;
    Clock* old = entries_;
    Reserve(slots, arena);
    if (old != entries_ && size_ > 0) std::memcpy(entries_, old, size_ * sizeof(Clock));
    std::memset(entries_ + size_, 0, (slots - size_) * sizeof(Clock));
    size_ = slots;
  }

  Clock* entries_ = nullptr;
  ThreadSlot size_ = 0;
  ThreadSlot capacity_ = 0;
  // Not kNoThread: the entries are what this thread knew when its own entry was release_time_.
  ThreadSlot releaser_ = kNoThread;
  Clock release_time_ = 0;
};

}  // namespace racecourse

#endif  // RACECOURSE_CORE_VECTOR_CLOCK_H_
