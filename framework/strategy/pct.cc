#include "framework/strategy/pct.h"

namespace racecourse {

void Pct::BeginExecution(std::uint64_t seed) {
  RandomizedStrategy::BeginExecution(seed);
  for (std::uint32_t& point : change_points_) point = 1 + random_.Below(max_choices_);
  lowest_priority_ = 0;
  steps_ = 0;
  last_ = kNoThread;
  steps_of_last_ = 0;
}

void Pct::EndExecution(std::uint32_t choices) {
  if (choices > max_choices_) max_choices_ = choices;
}

void Pct::ThreadStarted(ThreadSlot slot) {
  priorities_[slot] = static_cast<std::int64_t>(random_.Next() >> 2) + 1;
}

ThreadSlot Pct::PickEnabled(const ChoiceOfThread& choice) {
  ++steps_;
  for (const std::uint32_t point : change_points_) {
    if (point == steps_ && choice.current != kNoThread) Demote(choice.current);
  }
  ThreadSlot best = kNoThread;
  choice.enabled.ForEach([&](ThreadSlot slot) {
    if (best == kNoThread || priorities_[slot] > priorities_[best]) best = slot;
  });
  if (best != last_) {
    last_ = best;
    steps_of_last_ = 0;
  } else if (++steps_of_last_ >= kFairSteps) {
    Demote(best);
    steps_of_last_ = 0;
  }
  return best;
}

}  // namespace racecourse
