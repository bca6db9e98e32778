#ifndef RACECOURSE_GRADER_DEBUG_PLAN_H_
#define RACECOURSE_GRADER_DEBUG_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "grader/debug/address_map.h"
#include "grader/rubric/finding.h"
#include "grader/trace/trace.h"

namespace racecourse::grader {

// Where a program that follows an itinerary stops for its debugger: framework/carrier/native/watch.h.
struct DebugStop {
  std::int64_t position = 0;  // of the itinerary
  std::int64_t accesses = 0;  // for a plain access
  Address code = 0;           // of it, in the program that is debugged; 0: no plain access
  std::string text;

  bool operator==(const DebugStop&) const = default;
};

struct DebugPlan {
  std::vector<DebugStop> stops;  // in the order in which they come
  std::string end;               // what is said at the end of the schedule

  // The file that the program reads.
  std::string ToString() const;
};

// The steps that matter in an execution: where the scheduler left a thread that could have gone on, the two accesses of
// a race and whatever else the finding names, the last step of each thread when nobody can move, and the last of all.
// `resolved` is `finding` with its lines.
DebugPlan PlanDebugging(const TraceFinding& finding, const Finding& resolved, const AddressMap& addresses);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_DEBUG_PLAN_H_
