#include "framework/execution/shrinker.h"

#include <algorithm>
#include <memory>
#include <tuple>

namespace racecourse {
namespace {

constexpr std::uint32_t kReplaysMax = 120;
// Counted in scheduling points, not in seconds: every machine ends at the same schedule.
constexpr std::uint64_t kWorkMax = 1'000'000;

std::tuple<std::uint32_t, std::uint32_t, std::uint32_t> Size(const Failure& failure) {
  return {failure.preemptions, failure.schedule->deviation_count, failure.steps};
}

// `schedule` without deviations [begin, end).
std::unique_ptr<Schedule> Without(const Schedule& schedule, std::uint32_t begin, std::uint32_t end) {
  auto result = std::make_unique<Schedule>();
  result->plain_point_count = schedule.plain_point_count;
  for (std::uint32_t i = 0; i < schedule.plain_point_count; ++i) result->plain_points[i] = schedule.plain_points[i];
  for (std::uint32_t i = 0; i < schedule.deviation_count; ++i) {
    if (i < begin || i >= end) result->deviations[result->deviation_count++] = schedule.deviations[i];
  }
  return result;
}

}  // namespace

Failure Shrink(Failure failure, const FailsAlike& fails_alike) {
  std::uint32_t replays_left =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(kReplaysMax, kWorkMax / (failure.work + 1) + 1));
  std::uint32_t chunk = failure.schedule->deviation_count;
  while (chunk >= 1 && replays_left > 0) {
    bool improved = false;
    for (std::uint32_t begin = 0; begin < failure.schedule->deviation_count && replays_left > 0;) {
      --replays_left;
      const auto candidate = Without(*failure.schedule, begin, begin + chunk);
      std::optional<Failure> smaller = fails_alike(*candidate);
      // The replay's own choices are the new schedule: deviations that no longer apply are gone from it.
      if (smaller && Size(*smaller) < Size(failure)) {
        failure = std::move(*smaller);
        improved = true;
      } else {
        begin += chunk;
      }
    }
    if (!improved || chunk > failure.schedule->deviation_count) chunk /= 2;
  }
  return failure;
}

}  // namespace racecourse
