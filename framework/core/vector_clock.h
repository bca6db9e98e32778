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
  void Clear() { size_ = 0; }

  // this := clock.
  void Assign(const ThreadClock& clock, ThreadSlot slots, Arena* arena) {
    Reserve(slots, arena);
    std::memcpy(entries_, clock.entries, slots * sizeof(Clock));
    size_ = slots;
  }
  // this := max(this, clock).
  void Join(const ThreadClock& clock, ThreadSlot slots, Arena* arena) {
    if (size_ == 0) return Assign(clock, slots, arena);
    Grow(slots, arena);
    for (ThreadSlot i = 0; i < slots; ++i) {
      if (entries_[i] < clock.entries[i]) entries_[i] = clock.entries[i];
    }
  }
  void Join(const SyncClock& other, Arena* arena) {
    Grow(other.size_, arena);
    for (ThreadSlot i = 0; i < other.size_; ++i) {
      if (entries_[i] < other.entries_[i]) entries_[i] = other.entries_[i];
    }
  }
  void Assign(const SyncClock& other, Arena* arena) {
    Reserve(other.size_, arena);
    std::memcpy(entries_, other.entries_, other.size_ * sizeof(Clock));
    size_ = other.size_;
  }
  // clock := max(clock, this).
  void JoinInto(ThreadClock* clock) const {
    for (ThreadSlot i = 0; i < size_; ++i) {
      if (clock->entries[i] < entries_[i]) clock->entries[i] = entries_[i];
    }
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
  void Reserve(ThreadSlot slots, Arena* arena) {
    if (slots <= capacity_) return;
    capacity_ = (slots + 7) & ~ThreadSlot{7};
    entries_ = static_cast<Clock*>(arena->Allocate(capacity_ * sizeof(Clock)));
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
};

}  // namespace racecourse

#endif  // RACECOURSE_CORE_VECTOR_CLOCK_H_
