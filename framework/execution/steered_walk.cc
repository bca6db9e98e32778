#include "framework/execution/steered_walk.h"

#include "framework/execution/execution.h"

namespace racecourse {

// By what it holds and wants: threads may have been created in another order than where the cycle was seen.
bool SteeredWalk::IsAtItsStep(const ChoiceOfThread& choice, ThreadSlot slot) const {
  if (choice.pending[slot].kind != OperationKind::kMutexLock) return false;
  const Thread& thread = TheExecution().threads[slot];
  for (std::uint32_t i = 0; i < cycle_->length; ++i) {
    if (choice.pending[slot].object != cycle_->steps[i].wanted) continue;
    const std::uintptr_t held = cycle_->steps[i > 0 ? i - 1 : cycle_->length - 1].wanted;
    for (std::uint32_t k = 0; k < thread.held_count && k < kHeldMutexesMax; ++k) {
      if (thread.held_mutexes[k]->address == held) return true;
    }
  }
  return false;
}

ThreadSlot SteeredWalk::PickEnabled(const ChoiceOfThread& choice) {
  ThreadSet free;
  choice.enabled.ForEach([&](ThreadSlot slot) {
    if (!IsAtItsStep(choice, slot)) free.Add(slot);
  });
  const ThreadSet& candidates = free.Empty() ? choice.enabled : free;
  return candidates.Nth(random_.Below(candidates.Size()));
}

}  // namespace racecourse
