// How this convinces: the rubric is a pure function, so its rules are a table: what was found, and what must follow.

#include "grader/rubric/judge.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::HasSubstr;

Check TenPoints(const std::string& id) {
  Check check;
  check.id = id;
  check.tests = "Suite." + id;
  check.points = 10;
  return check;
}

TestEvidence Tested(TestStatus status, std::string strength = "all 412 schedules explored") {
  return {.name = "Suite.Test",
          .status = status,
          .executions = 412,
          .strength = std::move(strength),
          .event_hash = "",
          .schedules_per_second = 0};
}

Finding Race(const std::string& file = "tally.h", int line = 14) {
  Finding finding;
  finding.kind = "data_race";
  finding.message = "T2 writes what T1 reads.";
  finding.test = "Suite.Test";
  finding.schedule = "rc1:0a";
  finding.stacks = {
      {.role = "write",
       .thread = "T1",
       .step = 3,
       .value = "1",
       .frames = {{.origin = Origin::kStudent, .file = file, .line = line, .function = "Tally::add", .source = ""}}}};
  return finding;
}

Evidence Tests(std::vector<TestEvidence> tests, std::vector<Finding> findings = {}) {
  Evidence evidence;
  evidence.tests = std::move(tests);
  evidence.findings = std::move(findings);
  return evidence;
}

Evidence OutOfTime(std::vector<Finding> findings = {}) {
  Evidence evidence = Tests({}, std::move(findings));
  evidence.ran_out_of_time = true;
  return evidence;
}

Evidence OurFailure(std::vector<Finding> findings = {}) {
  Evidence evidence = Tests({}, std::move(findings));
  evidence.our_failure = "no trace";
  return evidence;
}

struct Rule {
  std::string name;
  Evidence evidence;
  Verdict verdict;
  int points;
};

class Rubric : public ::testing::TestWithParam<Rule> {};

TEST_P(Rubric, FollowsItsTable) {
  const CheckResult result = JudgeCheck(TenPoints("a"), GetParam().evidence);
  EXPECT_EQ(result.verdict, GetParam().verdict);
  EXPECT_EQ(result.points, GetParam().points);
  EXPECT_EQ(result.max_points, 10);
  if (result.verdict == Verdict::kPass || result.verdict == Verdict::kGraderError) {
    EXPECT_NE(result.strength, "");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Judge, Rubric,
    ::testing::Values(
        Rule{"all passed", Tests({Tested(TestStatus::kPassed)}), Verdict::kPass, 10},
        Rule{"a finding", Tests({Tested(TestStatus::kFailed)}, {Race()}), Verdict::kFail, 0},
        Rule{"a failed test without finding", Tests({Tested(TestStatus::kFailed)}), Verdict::kFail, 0},
        Rule{"one of two failed", Tests({Tested(TestStatus::kPassed), Tested(TestStatus::kFailed)}), Verdict::kFail, 0},
        Rule{"one of two inconclusive", Tests({Tested(TestStatus::kInconclusive), Tested(TestStatus::kPassed)}),
             Verdict::kInconclusive, 0},
        Rule{"out of time", OutOfTime(), Verdict::kInconclusive, 0},
        Rule{"a finding before time ran out", OutOfTime({Race()}), Verdict::kFail, 0},
        Rule{"our failure", OurFailure(), Verdict::kGraderError, 0},
        Rule{"our failure beside a finding", OurFailure({Race()}), Verdict::kGraderError, 0},
        Rule{"no test ran", {}, Verdict::kGraderError, 0}),
    [](const auto& info) {
      std::string name = info.param.name;
      for (char& c : name) c = c == ' ' ? '_' : c;
      return name;
    });

TEST(Judge, SaysHowStrongAPassIs) {
  EXPECT_EQ(JudgeCheck(TenPoints("a"), Tests({Tested(TestStatus::kPassed)})).strength, "all 412 schedules explored");
  const CheckResult mixed =
      JudgeCheck(TenPoints("a"),
                 Tests({Tested(TestStatus::kPassed), Tested(TestStatus::kPassed, "no failure in 2,000 schedules")}));
  EXPECT_THAT(mixed.strength, HasSubstr("Suite.Test: all 412 schedules explored; Suite.Test: no failure in 2,000"));
  EXPECT_EQ(mixed.executions, 824);
}

TEST(Judge, SkipsWhatNeedsAFailedCheck) {
  Check later = TenPoints("later");
  later.needs = {"first"};
  const CheckResult failed = JudgeCheck(TenPoints("first"), Tests({}, {Race()}));
  const CheckResult passed = JudgeCheck(TenPoints("first"), Tests({Tested(TestStatus::kPassed)}));
  EXPECT_EQ(UnmetNeed(later, {failed}), "first");
  EXPECT_EQ(UnmetNeed(later, {passed}), "");
  EXPECT_EQ(UnmetNeed(later, {SkipCheck(TenPoints("first"), "")}), "first");
}

Exercise TwoChecks() {
  Exercise exercise;
  exercise.id = "tally";
  exercise.checks = {TenPoints("a"), TenPoints("b")};
  return exercise;
}

TEST(Judge, AddsUpInTheExercisesOrder) {
  const CheckResult a = JudgeCheck(TenPoints("a"), Tests({Tested(TestStatus::kPassed)}));
  const CheckResult b = JudgeCheck(TenPoints("b"), Tests({}, {Race()}));
  const SubmissionResult result = JudgeSubmission(TwoChecks(), {b, a});
  EXPECT_EQ(result.checks[0].id, "a");
  EXPECT_EQ(result.score, 10);
  EXPECT_EQ(result.max_score, 20);
  EXPECT_EQ(result.status, SubmissionStatus::kFailed);
  EXPECT_EQ(JudgeSubmission(TwoChecks(), {a}).max_score, 10) << "a hidden check that was not run does not count";
}

TEST(Judge, PutsOurFailureAboveTheStudents) {
  const CheckResult ours = JudgeCheck(TenPoints("a"), OurFailure());
  const CheckResult theirs = JudgeCheck(TenPoints("b"), Tests({}, {Race()}));
  EXPECT_EQ(JudgeSubmission(TwoChecks(), {ours, theirs}).status, SubmissionStatus::kGraderError);
}

TEST(Judge, GivesNothingForWhatNeverRan) {
  const SubmissionResult result = WithoutProgram(TwoChecks(), SubmissionStatus::kDoesNotCompile, "tally.h:3:1: error");
  EXPECT_EQ(result.score, 0);
  EXPECT_EQ(result.max_score, 20);
  EXPECT_EQ(result.status, SubmissionStatus::kDoesNotCompile);
  for (const CheckResult& check : result.checks) EXPECT_EQ(check.verdict, Verdict::kSkipped);

  Finding misuse;
  misuse.kind = "misuse";
  const SubmissionResult rejected = RejectSubmission(TwoChecks(), misuse);
  EXPECT_EQ(rejected.status, SubmissionStatus::kRejected);
  for (const CheckResult& check : rejected.checks) {
    EXPECT_EQ(check.verdict, Verdict::kFail);
    ASSERT_EQ(check.findings.size(), 1u);
    EXPECT_EQ(check.findings[0].kind, "misuse");
  }
  EXPECT_EQ(GraderFailure(TwoChecks(), "no clang").status, SubmissionStatus::kGraderError);
}

TEST(CanonicalHash, NamesTheShapeAndNotTheSchedule) {
  Finding other = Race();
  other.schedule = "rc1:ffff";
  other.execution = 999;
  other.message = "said differently";
  other.stacks[0].thread = "T9";
  EXPECT_EQ(CanonicalHash(Race()), CanonicalHash(other));
  EXPECT_EQ(CanonicalHash(Race()).size(), 16u);
  EXPECT_NE(CanonicalHash(Race()), CanonicalHash(Race("tally.h", 15)));
  EXPECT_NE(CanonicalHash(Race()), CanonicalHash(Race("queue.h", 14)));
  other = Race();
  other.kind = "assertion";
  EXPECT_NE(CanonicalHash(Race()), CanonicalHash(other));
  other = Race();
  other.test = "Suite.Other";
  EXPECT_NE(CanonicalHash(Race()), CanonicalHash(other));
}

TEST(CanonicalHash, DoesNotDependOnWhichThreadCameFirst) {
  Finding one = Race();
  one.stacks.push_back(Race("tally.h", 20).stacks[0]);
  Finding two = Race("tally.h", 20);
  two.stacks.push_back(Race().stacks[0]);
  EXPECT_EQ(CanonicalHash(one), CanonicalHash(two));
}

TEST(Verdicts, HaveNamesThatCanBeReadBack) {
  for (const Verdict verdict :
       {Verdict::kPass, Verdict::kFail, Verdict::kSkipped, Verdict::kInconclusive, Verdict::kGraderError}) {
    EXPECT_EQ(ParseVerdict(VerdictName(verdict)), verdict);
  }
  EXPECT_EQ(VerdictName(Verdict::kGraderError), "grader_error");
  EXPECT_EQ(ParseVerdict("splendid"), std::nullopt);
  EXPECT_EQ(ParseSubmissionStatus(SubmissionStatusName(SubmissionStatus::kRejected)), SubmissionStatus::kRejected);
}

}  // namespace
}  // namespace racecourse::grader
