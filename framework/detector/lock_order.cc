#include "framework/detector/lock_order.h"

#include <cstring>

namespace racecourse {
namespace {

bool Holds(const LockOrderStep& step, std::uintptr_t mutex) {
  for (std::uint32_t i = 0; i < step.held_count; ++i) {
    if (step.held[i] == mutex) return true;
  }
  return false;
}

// True if two threads can be at these steps at once.
bool CanMeet(const LockOrderStep& a, const LockOrderStep& b) {
  if (a.thread_id == b.thread_id) return false;
  for (std::uint32_t i = 0; i < a.held_count; ++i) {
    if (Holds(b, a.held[i])) return false;
  }
  return true;
}

bool AreEqual(const LockOrderStep& a, const LockOrderStep& b) {
  return a.wanted == b.wanted && a.thread_id == b.thread_id && a.held_count == b.held_count &&
         std::memcmp(a.held, b.held, a.held_count * sizeof a.held[0]) == 0;
}

}  // namespace

void LockOrder::Note(const LockOrderStep& step) {
  std::uint64_t hash = step.wanted ^ std::uint64_t{step.thread_id} << 48;
  for (std::uint32_t i = 0; i < step.held_count; ++i) hash = hash * 0x9e3779b97f4a7c15u + step.held[i];
  hash *= 0x9e3779b97f4a7c15u;
  auto at = static_cast<std::uint32_t>(hash >> 40) % kIndexSize;
  for (; index_[at] != 0; at = (at + 1) % kIndexSize) {
    if (AreEqual(steps_[index_[at] - 1], step)) return;
  }
  if (step_count_ == kStepsMax) return;
  steps_[step_count_] = step;
  index_[at] = static_cast<std::uint16_t>(++step_count_);
}

// `cycle` has `length` steps, the first of them number `first`; closes it, or adds one more.
std::uint32_t LockOrder::Extend(LockCycle* cycle, std::uint32_t length, std::uint32_t first, LockCycle* cycles,
                                std::uint32_t capacity, std::uint32_t count) const {
  const LockOrderStep last = cycle->steps[length - 1];
  if (length == cycle->length) {
    if (Holds(cycle->steps[0], last.wanted) && count < capacity) cycles[count++] = *cycle;
    return count;
  }
  // Beginning with the step of the smallest number, each cycle is found once.
  for (std::uint32_t next = first + 1; next < step_count_ && count < capacity; ++next) {
    const LockOrderStep& step = steps_[next];
    if (!Holds(step, last.wanted)) continue;
    bool can_meet = true;
    for (std::uint32_t i = 0; i < length; ++i) can_meet &= CanMeet(cycle->steps[i], step);
    if (!can_meet) continue;
    cycle->steps[length] = step;
    count = Extend(cycle, length + 1, first, cycles, capacity, count);
  }
  return count;
}

std::uint32_t LockOrder::FindCycles(LockCycle* cycles, std::uint32_t capacity) const {
  std::uint32_t count = 0;
  for (std::uint32_t length = 2; length <= LockCycle::kLengthMax; ++length) {
    for (std::uint32_t first = 0; first < step_count_; ++first) {
      LockCycle cycle;
      cycle.length = length;
      cycle.steps[0] = steps_[first];
      count = Extend(&cycle, 1, first, cycles, capacity, count);
    }
  }
  return count;
}

}  // namespace racecourse
