#include "framework/strategy/pct.h"

namespace racecourse {

void Pct::BeginExecution(std::uint64_t seed) {
  RandomizedStrategy::BeginExecution(seed);
  // A change point that a shallow bug does not need can only disturb it: every depth gets its share of executions.
  const int depth = 1 + static_cast<int>(random_.Below(kDepthMax));
  for (int i = 0; i < kDepthMax - 1; ++i) change_points_[i] = i < depth - 1 ? 1 + random_.Below(max_choices_) : 0;
  lowest_priority_ = -(kDepthMax - 1);
  steps_ = 0;
  fair_until_ = kFairSteps;
  picked_.Clear();
}

void Pct::EndExecution(std::uint32_t choices) {
  if (choices > max_choices_) max_choices_ = choices;
}

void Pct::ThreadStarted(ThreadSlot slot) { priorities_[slot] = static_cast<std::int64_t>(random_.Next() >> 2) + 1; }

ThreadSlot Pct::Highest(const ThreadSet& enabled) const {
  ThreadSlot best = kNoThread;
  enabled.ForEach([&](ThreadSlot slot) {
    if (best == kNoThread || priorities_[slot] > priorities_[best]) best = slot;
  });
  return best;
}

void Pct::EndFairSteps(const ThreadSet& enabled, ThreadSlot best) {
  ThreadSet starved = enabled;
  starved.RemoveAll(picked_);
  if (!starved.Empty()) Demote(best);
  picked_.Clear();
  fair_until_ = steps_ + kFairSteps;
}

ThreadSlot Pct::PickEnabled(const ChoiceOfThread& choice) {
  ++steps_;
  ThreadSlot best = Highest(choice.enabled);
  for (int i = 0; i < kDepthMax - 1; ++i) {
    if (change_points_[i] != steps_) continue;
    priorities_[best] = -1 - i;
    best = Highest(choice.enabled);
  }
  picked_.Add(best);
  if (__builtin_expect(steps_ >= fair_until_, 0)) EndFairSteps(choice.enabled, best);
  return best;
}

}  // namespace racecourse
