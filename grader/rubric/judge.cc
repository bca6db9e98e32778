#include "grader/rubric/judge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace racecourse::grader {
namespace {

CheckResult Undecided(const Check& check) {
  CheckResult result;
  result.id = check.id;
  result.sentence = check.sentence;
  result.max_points = check.points;
  return result;
}

// One sentence for all tests of a check: their common strength, or each test's own.
std::string Strength(const std::vector<TestEvidence>& tests) {
  std::vector<std::string> parts;
  bool is_common = true;
  for (const TestEvidence& test : tests) {
    if (test.strength.empty()) continue;
    parts.push_back(absl::StrCat(test.name, ": ", test.strength));
    is_common = is_common && test.strength == tests.front().strength;
  }
  if (parts.empty()) return "every test passed in one plain run";
  if (!is_common) return absl::StrJoin(parts, "; ");
  return parts.size() == 1 ? tests.front().strength : absl::StrCat(tests.front().strength, " (each test)");
}

Verdict VerdictOf(const Evidence& evidence) {
  if (!evidence.our_failure.empty()) return Verdict::kGraderError;
  if (!evidence.findings.empty()) return Verdict::kFail;
  if (evidence.ran_out_of_time) return Verdict::kInconclusive;
  bool is_conclusive = true;
  for (const TestEvidence& test : evidence.tests) {
    if (test.status == TestStatus::kFailed) return Verdict::kFail;
    is_conclusive = is_conclusive && test.status == TestStatus::kPassed;
  }
  if (evidence.tests.empty()) return Verdict::kGraderError;
  return is_conclusive ? Verdict::kPass : Verdict::kInconclusive;
}

SubmissionStatus StatusOf(const std::vector<CheckResult>& checks) {
  auto any = [&](Verdict verdict) { return std::ranges::count(checks, verdict, &CheckResult::verdict) > 0; };
  if (any(Verdict::kGraderError)) return SubmissionStatus::kGraderError;
  if (any(Verdict::kFail)) return SubmissionStatus::kFailed;
  if (any(Verdict::kInconclusive)) return SubmissionStatus::kInconclusive;
  return SubmissionStatus::kPassed;
}

}  // namespace

CheckResult JudgeCheck(const Check& check, Evidence evidence) {
  CheckResult result = Undecided(check);
  result.verdict = VerdictOf(evidence);
  for (const TestEvidence& test : evidence.tests) result.executions += test.executions;
  result.wall_seconds = evidence.wall_seconds;
  switch (result.verdict) {
    case Verdict::kPass:
      result.points = check.points;
      result.strength = Strength(evidence.tests);
      break;
    case Verdict::kInconclusive:
      result.strength = evidence.where_time_ran_out.empty() ? "time ran out before the budget of schedules did"
                                                            : evidence.where_time_ran_out;
      break;
    case Verdict::kGraderError:
      result.strength =
          evidence.our_failure.empty() ? absl::StrCat("no test matches '", check.tests, "'") : evidence.our_failure;
      break;
    case Verdict::kFail:
    case Verdict::kSkipped:
      break;
  }
  result.findings = std::move(evidence.findings);
  result.tests = std::move(evidence.tests);
  result.sample = std::move(evidence.sample);
  return result;
}

CheckResult SkipCheck(const Check& check, std::string why) {
  CheckResult result = Undecided(check);
  result.strength = std::move(why);
  return result;
}

std::string UnmetNeed(const Check& check, const std::vector<CheckResult>& decided) {
  for (const std::string& need : check.needs) {
    const auto result = std::ranges::find(decided, need, &CheckResult::id);
    if (result != decided.end() && result->verdict != Verdict::kPass) return need;
  }
  return {};
}

SubmissionResult JudgeSubmission(const Exercise& exercise, std::vector<CheckResult> checks) {
  SubmissionResult result;
  result.exercise = exercise.id;
  for (const Check& check : exercise.checks) {
    const auto decided = std::ranges::find(checks, check.id, &CheckResult::id);
    if (decided == checks.end()) continue;  // a hidden check where the hidden tests are not
    result.score += decided->points;
    result.max_score += decided->max_points;
    result.checks.push_back(std::move(*decided));
  }
  result.status = StatusOf(result.checks);
  return result;
}

SubmissionResult WithoutProgram(const Exercise& exercise, SubmissionStatus status, std::string message) {
  std::vector<CheckResult> checks;
  for (const Check& check : exercise.checks) checks.push_back(SkipCheck(check, "there is no program to check"));
  SubmissionResult result = JudgeSubmission(exercise, std::move(checks));
  result.status = status;
  result.message = std::move(message);
  return result;
}

SubmissionResult RejectSubmission(const Exercise& exercise, Finding misuse) {
  std::vector<CheckResult> checks;
  for (const Check& check : exercise.checks) {
    CheckResult result = Undecided(check);
    result.verdict = Verdict::kFail;
    result.strength = "the submission was not run";
    result.findings.push_back(misuse);
    checks.push_back(std::move(result));
  }
  SubmissionResult result = JudgeSubmission(exercise, std::move(checks));
  result.status = SubmissionStatus::kRejected;
  result.message = std::move(misuse.message);
  return result;
}

SubmissionResult GraderFailure(const Exercise& exercise, std::string message) {
  std::vector<CheckResult> checks;
  for (const Check& check : exercise.checks) {
    CheckResult result = Undecided(check);
    result.verdict = Verdict::kGraderError;
    result.strength = message;
    checks.push_back(std::move(result));
  }
  SubmissionResult result = JudgeSubmission(exercise, std::move(checks));
  result.message = std::move(message);
  return result;
}

}  // namespace racecourse::grader
