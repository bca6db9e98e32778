// How a sanitizer is asked about what the engine found: it follows the execution of each finding that it may know of,
// and what it says goes beside the finding. It only ever adds: one that fails is one that says nothing.
#ifndef RACECOURSE_GRADER_EXECUTOR_SANITIZER_WITNESS_H_
#define RACECOURSE_GRADER_EXECUTOR_SANITIZER_WITNESS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grader/executor/carried_run.h"
#include "grader/rubric/finding.h"

namespace racecourse::grader {

struct SanitizerWitness {
  const char* executor;  // "thread-sanitizer"
  // True for a finding that it may know of. It is asked when the execution can be followed.
  bool (*is_of_its_kind)(const Finding& finding);
  // In the words of a message: "ThreadSanitizer" says nothing about this "race".
  std::string (*name)(const Finding& finding);
  std::string (*subject)(const Finding& finding);
  // What it says in one run, given its reports by lines.
  absl::StatusOr<Witness> (*judge)(const WitnessStand& stand, const TraceWitness& run, const Finding& finding,
                                   const std::vector<Finding>& reports);
  // Why it could not have seen this one, though it followed the execution; empty if it could.
  std::string (*why_blind)(const TraceWitness& run, const Finding& finding);
};

bool IsAskedAbout(const SanitizerWitness& sanitizer, const Finding& finding);
bool IsAskedAboutAny(const SanitizerWitness& sanitizer, const std::vector<Finding>& findings);

// Why nobody could be asked about them.
void NoteAbsence(const SanitizerWitness& sanitizer, const absl::Status& why, std::vector<Finding>& findings);

// Lets the program of its variant follow the execution of every finding it is asked about, and adds what it says. An
// error only when the user interrupted us.
absl::Status AskAboutFindings(const SanitizerWitness& sanitizer, const WitnessStand& stand,
                              std::vector<Finding>& findings);

// What one run says. `confirming` is the report of the same error, null if there is none, and `confirmation` the
// sentence for it; `others` says what else was reported, where something was.
Witness WitnessOf(const SanitizerWitness& sanitizer, const TraceWitness& run, const Finding& finding,
                  const Finding* confirming, const std::string& confirmation, const std::vector<Finding>& reports,
                  const std::string& others);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_SANITIZER_WITNESS_H_
