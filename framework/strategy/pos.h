// Partial Order Sampling.
// Source: Yuan, Yang and Gu, "Partial Order Aware Concurrency Sampling", CAV 2018, algorithm 2: every pending event
// carries a random priority; the highest enabled one runs, then its thread and every thread whose pending event depends
// on it draw anew. Samples partial orders far more evenly than a random walk. Differs from the paper: events that race
// with nothing are not run first; they only shorten the walk. Cost: O(enabled threads) per step.
#ifndef RACECOURSE_STRATEGY_POS_H_
#define RACECOURSE_STRATEGY_POS_H_

#include "framework/strategy/strategy.h"

namespace racecourse {

class Pos final : public RandomizedStrategy {
 public:
  void ThreadStarted(ThreadSlot slot) override { Redraw(slot); }

 protected:
  ThreadSlot PickEnabled(const ChoiceOfThread& choice) override;

 private:
  void Redraw(ThreadSlot slot) { priorities_[slot] = random_.Next(); }

  std::uint64_t priorities_[kMaxThreads] = {};
};

}  // namespace racecourse

#endif  // RACECOURSE_STRATEGY_POS_H_
