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

// Everything that the examination of one check brought to light.
struct Evidence {
  std::vector<TestEvidence> tests;
  std::vector<Finding> findings;
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
