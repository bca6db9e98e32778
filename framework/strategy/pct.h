// Probabilistic Concurrency Testing.
// Source: Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of
// Finding Bugs", ASPLOS 2010, section 3. Guarantee: a bug of depth d in a program of n threads and k steps is hit with
// p >= 1/(n k^(d-1)) per execution of depth d. Differs from the paper: the depth is drawn per execution, 1 to
// kDepthMax; only steps with more than one enabled thread count; k is the largest count of such steps in earlier
// executions of this process; at the end of every kFairSteps steps in which a thread that could have moved was never
// picked, the one on top is demoted below all others, so that polling loops, one or several that give way to each
// other, cannot starve the thread they poll for. Cost: O(enabled threads) per step.
#ifndef RACECOURSE_STRATEGY_PCT_H_
#define RACECOURSE_STRATEGY_PCT_H_

#include "framework/strategy/strategy.h"

namespace racecourse {

class Pct final : public RandomizedStrategy {
 public:
  void BeginExecution(std::uint64_t seed) override;
  void EndExecution(std::uint32_t choices) override;
  void ThreadStarted(ThreadSlot slot) override;

 protected:
  ThreadSlot PickEnabled(const ChoiceOfThread& choice) override;

 private:
  static constexpr int kDepthMax = 3;
  static constexpr std::uint32_t kFairSteps = 200;

  ThreadSlot Highest(const ThreadSet& enabled) const;
  void EndFairSteps(const ThreadSet& enabled, ThreadSlot best);
  // Below everybody, change points included.
  void Demote(ThreadSlot slot) { priorities_[slot] = --lowest_priority_; }

  std::int64_t priorities_[kMaxThreads] = {};        // the highest runs; equal only with negligible probability
  std::int64_t lowest_priority_ = 0;                 // invariant: below every other priority
  std::uint32_t change_points_[kDepthMax - 1] = {};  // steps; 0: none
  std::uint32_t steps_ = 0;
  std::uint32_t max_choices_ = 16;  // the estimate of k
  std::uint32_t fair_until_ = 0;    // the step at which the present kFairSteps steps end
  ThreadSet picked_;                // in them
};

}  // namespace racecourse

#endif  // RACECOURSE_STRATEGY_PCT_H_
