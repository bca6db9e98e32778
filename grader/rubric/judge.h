// The rubric: from what was found to verdicts and points. Pure functions; the same evidence always gets the same score.
#ifndef RACECOURSE_GRADER_RUBRIC_JUDGE_H_
#define RACECOURSE_GRADER_RUBRIC_JUDGE_H_

#include <string>
#include <vector>

#include "grader/catalog/exercise.h"
#include "grader/rubric/evidence.h"
#include "grader/rubric/result.h"

namespace racecourse::grader {

// Judges one check that was run. Our own failure comes first, so that nobody loses points for it; then a witnessed
// failure, even when time ran out afterwards; then running out of time; only then a pass.
CheckResult JudgeCheck(const Check& check, Evidence evidence);

// A check that was not run, and why: "needs 'fifo', which failed".
CheckResult SkipCheck(const Check& check, std::string why);

// The first check among `needs` that has been decided and did not pass; empty when there is none.
std::string UnmetNeed(const Check& check, const std::vector<CheckResult>& decided);

// Adds up points and finds the status. ENSURES: checks are in the exercise's order.
SubmissionResult JudgeSubmission(const Exercise& exercise, std::vector<CheckResult> checks);

// A submission that never became a program: every check is skipped and earns nothing.
SubmissionResult WithoutProgram(const Exercise& exercise, SubmissionStatus status, std::string message);

// A submission that holds what none may hold: every check fails with the same finding, of kind misuse.
SubmissionResult RejectSubmission(const Exercise& exercise, Finding misuse);

// Our own failure before anything could be checked.
SubmissionResult GraderFailure(const Exercise& exercise, std::string message);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_RUBRIC_JUDGE_H_
