// Follows a schedule: its deviations where it has them, the default everywhere else. A deviation that is not legal
// where it falls is skipped and noted, so a schedule that was cut or edited still yields an execution.
#ifndef RACECOURSE_STRATEGY_REPLAY_H_
#define RACECOURSE_STRATEGY_REPLAY_H_

#include "framework/core/schedule.h"
#include "framework/strategy/strategy.h"

namespace racecourse {

class Replay final : public Strategy {
 public:
  // `schedule` outlives the strategy.
  void Follow(const Schedule* schedule) { schedule_ = schedule; }

  // The number of deviations of the last execution that were not legal or were never reached.
  std::uint32_t UnusedDeviations() const { return illegal_ + (schedule_->deviation_count - next_); }

  void BeginExecution(std::uint64_t) override { choice_ = next_ = illegal_ = 0; }
  void EndExecution(std::uint32_t) override {}
  void ThreadStarted(ThreadSlot) override {}
  ThreadSlot PickThread(const ChoiceOfThread& choice) override {
    std::uint8_t value;
    if (!NextValue(&value)) return choice.default_thread;
    if (choice.enabled.Contains(value) || choice.unusual.Contains(value)) return value;
    ++illegal_;
    return choice.default_thread;
  }
  std::uint32_t PickOutcome(std::uint32_t count) override {
    std::uint8_t value;
    if (!NextValue(&value)) return 0;
    if (value < count) return value;
    ++illegal_;
    return 0;
  }

 private:
  bool NextValue(std::uint8_t* value) {
    const std::uint32_t choice = choice_++;
    if (next_ >= schedule_->deviation_count || schedule_->deviations[next_].choice != choice) return false;
    *value = schedule_->deviations[next_++].value;
    return true;
  }

  const Schedule* schedule_ = nullptr;
  std::uint32_t choice_ = 0;  // ordinal of the next choice
  std::uint32_t next_ = 0;    // index of the next deviation
  std::uint32_t illegal_ = 0;
};

}  // namespace racecourse

#endif  // RACECOURSE_STRATEGY_REPLAY_H_
