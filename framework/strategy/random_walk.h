// A sticky random walk: stay with the current thread with a probability drawn anew for every execution, else move to a
// uniformly chosen enabled thread. A walk that may switch at every operation keeps queues shallow and never reaches
// deep states; mixing stickiness gives both short and long runs of one thread. Guarantee: every schedule has positive
// probability. Cost: O(1) per step.
#ifndef RACECOURSE_STRATEGY_RANDOM_WALK_H_
#define RACECOURSE_STRATEGY_RANDOM_WALK_H_

#include "framework/strategy/strategy.h"

namespace racecourse {

class RandomWalk final : public RandomizedStrategy {
 public:
  void BeginExecution(std::uint64_t seed) override;

 protected:
  ThreadSlot PickEnabled(const ChoiceOfThread& choice) override;

 private:
  std::uint32_t switch_mask_ = 0;  // a step considers a switch when random bits & switch_mask_ == 0
};

}  // namespace racecourse

#endif  // RACECOURSE_STRATEGY_RANDOM_WALK_H_
