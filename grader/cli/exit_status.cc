#include "grader/cli/exit_status.h"

#include <algorithm>

namespace racecourse::grader {

ExitStatus ExitStatusOf(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kOk:
      return ExitStatus::kPassed;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return ExitStatus::kUsage;
    default:
      return ExitStatus::kGraderFailed;
  }
}

ExitStatus ExitStatusOf(SubmissionStatus status) {
  switch (status) {
    case SubmissionStatus::kPassed:
      return ExitStatus::kPassed;
    case SubmissionStatus::kFailed:
    case SubmissionStatus::kDoesNotCompile:
    case SubmissionStatus::kMissingFiles:
    case SubmissionStatus::kRejected:
      return ExitStatus::kFailed;
    case SubmissionStatus::kInconclusive:
    case SubmissionStatus::kGraderError:
      return ExitStatus::kGraderFailed;
  }
  return ExitStatus::kGraderFailed;
}

ExitStatus Worse(ExitStatus a, ExitStatus b) { return std::max(a, b); }

}  // namespace racecourse::grader
