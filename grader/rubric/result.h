#ifndef RACECOURSE_GRADER_RUBRIC_RESULT_H_
#define RACECOURSE_GRADER_RUBRIC_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "grader/rubric/evidence.h"
#include "grader/rubric/finding.h"

namespace racecourse::grader {

enum class Verdict {
  kPass,
  kFail,
  kSkipped,       // a check that it needs did not pass, or there was no program to check
  kInconclusive,  // time ran out before the budget of schedules did
  kGraderError,   // we failed; says nothing about the submission
};

struct CheckResult {
  std::string id;
  std::string sentence;
  Verdict verdict = Verdict::kSkipped;
  int points = 0;
  int max_points = 0;
  std::string strength;  // what a pass is worth; for other verdicts, why
  std::int64_t executions = 0;
  double wall_seconds = 0;
  std::vector<Finding> findings;
  std::vector<TestEvidence> tests;
  PassingSample sample = {};  // of executions that passed, under another executor; empty unless asked for
};

enum class SubmissionStatus {
  kPassed,
  kFailed,
  kDoesNotCompile,
  kMissingFiles,
  kRejected,  // it holds what no submission may hold
  kInconclusive,
  kGraderError,
};

struct SubmissionResult {
  std::string id;
  std::string exercise;
  std::string path;  // where it was found
  int score = 0;
  int max_score = 0;
  SubmissionStatus status = SubmissionStatus::kPassed;
  std::string message;  // the compiler's diagnostics, what is missing, why rejected, what failed on our side
  std::vector<CheckResult> checks;
  double wall_seconds = 0;
};

absl::string_view VerdictName(Verdict verdict);
std::optional<Verdict> ParseVerdict(absl::string_view name);
absl::string_view SubmissionStatusName(SubmissionStatus status);
std::optional<SubmissionStatus> ParseSubmissionStatus(absl::string_view name);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_RUBRIC_RESULT_H_
