#ifndef RACECOURSE_GRADER_CLI_EXPLORATION_H_
#define RACECOURSE_GRADER_CLI_EXPLORATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/rubric/evidence.h"

namespace racecourse::grader {

struct ExplorationOptions {
  std::vector<std::string> program;  // and its arguments
  std::int64_t schedules = 2000;
  double seconds = 0;  // 0: no limit
  std::uint64_t seed = 1;
  std::string strategy;  // empty: a portfolio of all
  int jobs = 1;
  std::string input_file;  // empty: what we find on our own standard input, unless that is a terminal
  bool ignores_exit_status = false;
  std::string faults;                  // names, with commas between; empty: nothing goes wrong around the program
  std::vector<std::string> witnesses;  // the same program of the sanitizers' variants; empty: nobody is asked
  int plain_runs = 0;
};

struct ExplorationResult {
  std::string status;  // "passed", "failed" or "inconclusive"
  std::int64_t executions = 0;
  std::string strength;
  std::string reason;  // why it is inconclusive
  std::string event_hash;
  double schedules_per_second = 0;
  std::vector<Finding> findings;  // one of each shape
  PassingSample sample;           // of the first explorer
};

// Puts together what several explorers of one program found. A pure function; an error when one of them failed on our
// side.
absl::StatusOr<ExplorationResult> MergeExplorations(const std::vector<Evidence>& parts);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_EXPLORATION_H_
