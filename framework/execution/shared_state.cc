#include "framework/execution/shared_state.h"

namespace racecourse {

bool ScheduleOfLastExecution(Schedule* schedule) {
  const SharedState& shared = Shared();
  schedule->plain_point_count = shared.order.schedule.plain_point_count;
  for (std::uint32_t i = 0; i < schedule->plain_point_count; ++i) {
    schedule->plain_points[i] = shared.order.schedule.plain_points[i];
  }
  schedule->deviation_count = 0;
  for (std::uint32_t i = 0; i < shared.choice_count; ++i) {
    const Choice& choice = shared.choices[i];
    if (choice.value == choice.default_value) continue;
    if (schedule->deviation_count == Schedule::kMaxDeviations) return false;
    schedule->deviations[schedule->deviation_count++] = {i, choice.value};
  }
  return true;
}

}  // namespace racecourse
