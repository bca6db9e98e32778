#ifndef RACECOURSE_GRADER_RUBRIC_EVIDENCE_H_
#define RACECOURSE_GRADER_RUBRIC_EVIDENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "grader/rubric/finding.h"

namespace racecourse::grader {

enum class TestStatus { kPassed, kFailed, kInconclusive };

// One test of a check, after all its schedules.
struct TestEvidence {
  std::string name;
  TestStatus status = TestStatus::kPassed;
  std::int64_t executions = 0;
  std::string strength;  // "all 412 schedules explored"
  std::string event_hash;
  double schedules_per_second = 0;

  bool operator==(const TestEvidence&) const = default;
};

// An execution that did not fail, for other executors to follow.
struct PassingExecution {
  std::string test;
  std::string itinerary;
};

// What another executor reports in executions that pass here. It is no finding, and costs no point.
struct Disagreement {
  std::string executor;  // "thread-sanitizer"
  std::string test;
  std::string kind;    // in its own words: "data-race"
  std::string reason;  // a sentence; empty: none is known
  int executions = 0;  // that showed it
  std::vector<Stack> stacks;

  bool operator==(const Disagreement&) const = default;
};

// How far another executor came with a sample of the executions that passed.
struct PassingSample {
  int asked = 0;
  int followed = 0;     // to their end
  int unwatched = 0;    // of these: with a child process that the sanitizer does not watch
  std::string why_not;  // of the first that was not
  std::vector<Disagreement> disagreements;
};

// Everything that the examination of one check brought to light.
struct Evidence {
  std::vector<TestEvidence> tests;
  std::vector<Finding> findings;
  std::vector<PassingExecution> passing;  // as many as were asked for
  PassingSample sample;                   // ThreadSanitizer's
  PassingSample address_sample;           // AddressSanitizer's, which disagrees by findings
  bool ran_out_of_time = false;
  bool wants_files_alone = false;  // the program changes files, and was told that others share them
  std::string where_time_ran_out;  // a sentence; may be empty
  bool has_trace = true;           // false: the program said nothing about itself at all
  std::string our_failure;         // not empty: we failed, whatever else is here
  double wall_seconds = 0;
  int reproductions = 0;  // of a replay: how many of its repetitions ended in the finding
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_RUBRIC_EVIDENCE_H_
