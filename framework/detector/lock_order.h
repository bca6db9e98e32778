// Predicts deadlocks: who takes which mutex while holding which others, over all executions of an exploration. A cycle
// in that order, each step by a thread of its own and no further mutex held at two of the steps, may be a deadlock that
// no schedule ran into; the explorer then steers schedules there. A prediction alone is a hint, never a finding: forks
// and joins may order the steps, and the program's own logic may keep them apart. Source: Goodlock; Havelund, SPIN
// 2000; with gate locks, Bensalem and Havelund, HVC 2005. Steering: Joshi et al., "A Randomized Dynamic Program
// Analysis Technique for Detecting Real Deadlocks", PLDI 2009.
//
// Mutexes are known by their addresses, threads by their order of creation: both mean the same in most executions.
// Cost: nothing for a mutex taken alone; a look into a table for one that is nested. Threads: the one running thread.
#ifndef RACECOURSE_DETECTOR_LOCK_ORDER_H_
#define RACECOURSE_DETECTOR_LOCK_ORDER_H_

#include <cstdint>

namespace racecourse {

inline constexpr std::uint32_t kHeldMutexesMax = 6;

// One step: a thread asks for `wanted` while it holds `held`.
struct LockOrderStep {
  std::uintptr_t wanted;
  std::uintptr_t held[kHeldMutexesMax];
  std::uint32_t held_count;
  std::uint32_t thread_id;
};

struct LockCycle {
  static constexpr std::uint32_t kLengthMax = 4;
  std::uint32_t length = 0;
  // Step i holds what step i - 1 wants; the first holds what the last wants.
  LockOrderStep steps[kLengthMax];
};

class LockOrder {
 public:
  void Note(const LockOrderStep& step);

  // Writes up to `capacity` cycles, shortest first, each once; returns how many.
  std::uint32_t FindCycles(LockCycle* cycles, std::uint32_t capacity) const;

 private:
  static constexpr std::uint32_t kStepsMax = 512;
  static constexpr std::uint32_t kIndexSize = 4 * kStepsMax;

  std::uint32_t Extend(LockCycle* cycle, std::uint32_t length, std::uint32_t first, LockCycle* cycles,
                       std::uint32_t capacity, std::uint32_t count) const;

  std::uint32_t step_count_ = 0;
  LockOrderStep steps_[kStepsMax];
  std::uint16_t index_[kIndexSize];  // by hash; step + 1
};

}  // namespace racecourse

#endif  // RACECOURSE_DETECTOR_LOCK_ORDER_H_
