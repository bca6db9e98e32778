// Steers schedules into a predicted deadlock: a thread about to take the next step of the cycle waits there until the
// others are at theirs, or nobody else can move; the rest is chosen at random.
// Source: Joshi et al., PLDI 2009, algorithm 3.
#ifndef RACECOURSE_EXECUTION_STEERED_WALK_H_
#define RACECOURSE_EXECUTION_STEERED_WALK_H_

#include "framework/detector/lock_order.h"
#include "framework/strategy/strategy.h"

namespace racecourse {

class SteeredWalk final : public RandomizedStrategy {
 public:
  // `cycle` outlives the strategy.
  void Towards(const LockCycle* cycle) { cycle_ = cycle; }

 protected:
  ThreadSlot PickEnabled(const ChoiceOfThread& choice) override;

 private:
  bool IsAtItsStep(const ChoiceOfThread& choice, ThreadSlot slot) const;
  const LockCycle* cycle_ = nullptr;
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_STEERED_WALK_H_
