// One failing execution as the supervisor keeps it: what was found, under which schedule, with which steps.
#ifndef RACECOURSE_EXECUTION_FAILURE_H_
#define RACECOURSE_EXECUTION_FAILURE_H_

#include <memory>
#include <string>

#include "framework/execution/shared_state.h"

namespace racecourse {

// A copy of what shared memory said after an execution failed.
struct Failure {
  FindingKind kind = FindingKind::kNone;
  std::uint64_t event_hash = 0;
  std::uint64_t execution = 0;
  std::uint32_t preemptions = 0;
  std::uint32_t steps = 0;
  std::uint64_t work = 0;  // what a replay costs, in scheduling points
  // Tells failures apart that a student would call different: the kind and where its stacks lie.
  std::uint64_t identity = 0;
  std::uintptr_t conflict_granule = 0;
  std::uint64_t conflict_code[2] = {};
  std::string message;
  std::string schedule_text;
  std::unique_ptr<Schedule> schedule;
  // The fields of the trace's finding record that describe the execution, as JSON: filled for recorded executions.
  std::string object_json;
  std::string stacks_json;
  std::string threads_json;
  std::string steps_json;
  std::string itinerary;  // empty if it is too long to keep
};

// The itinerary of the last recorded execution, empty if it was too long to be kept.
std::string ReadItinerary();

// What shared memory says now. REQUIRES: an explorer ended with a finding, or died.
Failure ReadFailure(bool is_recorded);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_FAILURE_H_
