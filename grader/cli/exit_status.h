#ifndef RACECOURSE_GRADER_CLI_EXIT_STATUS_H_
#define RACECOURSE_GRADER_CLI_EXIT_STATUS_H_

#include "absl/status/status.h"
#include "grader/rubric/result.h"

namespace racecourse::grader {

// The same for every command.
enum class ExitStatus {
  kPassed = 0,
  kFailed = 1,  // something failed in the submission
  kUsage = 2,   // or input that cannot be used
  kGraderFailed = 3,
};

// Errors about what the user gave us are usage; all others are ours.
ExitStatus ExitStatusOf(const absl::Status& error);

// kInconclusive counts as ours: nobody may take it for a pass or a fail.
ExitStatus ExitStatusOf(SubmissionStatus status);

// The one that matters more: a failure of ours hides what the others say.
ExitStatus Worse(ExitStatus a, ExitStatus b);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_EXIT_STATUS_H_
