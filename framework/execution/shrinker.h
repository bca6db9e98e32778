// Makes a failing schedule short before anybody sees it: fewer preemptions first, then fewer deviations, then fewer
// steps. Source: delta debugging, Zeller and Hildebrandt, IEEE TSE 28(2), 2002, on the schedule's deviations; every
// step is a replay from a fresh image, so the result is as confirmed as the original.
#ifndef RACECOURSE_EXECUTION_SHRINKER_H_
#define RACECOURSE_EXECUTION_SHRINKER_H_

#include <functional>
#include <optional>

#include "framework/execution/failure.h"

namespace racecourse {

// Replays a schedule; the failure if it is the same one, else nothing.
using FailsAlike = std::function<std::optional<Failure>(const Schedule&)>;

// The best failure found with a bounded number of replays; `failure` itself if nothing shorter fails alike.
Failure Shrink(Failure failure, const FailsAlike& fails_alike);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SHRINKER_H_
