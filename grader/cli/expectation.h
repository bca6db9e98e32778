#ifndef RACECOURSE_GRADER_CLI_EXPECTATION_H_
#define RACECOURSE_GRADER_CLI_EXPECTATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grader/catalog/exercise.h"
#include "grader/rubric/result.h"

namespace racecourse::grader {

// What the first line of a known wrong solution says must be found:
//   // expect: data_race check=totals
//   // expect: deadlock|lost_wakeup check=close,drain
//   // waiting: weak memory; expect: assertion check=spin-order
struct Expectation {
  std::string waits_for;            // not empty: the engine cannot show it yet
  std::vector<std::string> kinds;   // any one of them
  std::vector<std::string> checks;  // each of them must fail; empty: any one
};

absl::StatusOr<Expectation> ParseExpectation(absl::string_view line, const Exercise& exercise);

// How a result differs from the expectation, as a sentence; empty when it does not. Nothing else may be found: every
// finding has one of the kinds, and no other check fails.
std::string DifferenceFrom(const Expectation& expectation, const SubmissionResult& result);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_EXPECTATION_H_
