// How this convinces: what a run left behind is built by hand, one case per way in which a program, the engine or the
// machine can fail, and each must be laid at the right door.

#include "grader/executor/examine.h"

#include <signal.h>

#include <string>

#include "gmock/gmock.h"
#include "grader/cli/expectation.h"
#include "grader/cli/exploration.h"
#include "grader/compile/diagnostics.h"
#include "grader/executor/symbolizer.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ProgramRun CleanRun() {
  ProgramRun run;
  run.trace.has_begun = true;
  run.trace.is_complete = true;
  run.trace.scenarios = {{.name = "A.B",
                          .status = ScenarioStatus::kPassed,
                          .executions = 7,
                          .strength = "all 7 schedules explored",
                          .event_hash = "aa",
                          .schedules_per_second = 100,
                          .error = ""}};
  run.trace.tests = {{.name = "A.B", .passed = true, .message = ""}};
  return run;
}

TraceFinding ARace() {
  TraceFinding finding;
  finding.scenario = "A.B";
  finding.kind = "data_race";
  finding.message = "T2 writes.";
  finding.schedule = "rc1:0a";
  finding.confirmed = true;
  return finding;
}

Evidence Of(const ProgramRun& run) { return EvidenceOf(run, "", "", SourceMap()); }

TEST(Evidence, OfACleanRun) {
  const Evidence evidence = Of(CleanRun());
  EXPECT_EQ(evidence.our_failure, "");
  EXPECT_TRUE(evidence.findings.empty());
  ASSERT_EQ(evidence.tests.size(), 1u);
  EXPECT_EQ(evidence.tests[0].strength, "all 7 schedules explored");
}

TEST(Evidence, OfAFinding) {
  ProgramRun run = CleanRun();
  run.trace.scenarios[0].status = ScenarioStatus::kFailed;
  run.trace.tests[0].passed = false;
  run.trace.findings = {ARace()};
  run.process.exit_code = 1;
  const Evidence evidence = Of(run);
  ASSERT_EQ(evidence.findings.size(), 1u) << "the failed test is not reported a second time";
  EXPECT_EQ(evidence.findings[0].kind, "data_race");
  EXPECT_EQ(evidence.findings[0].schedule, "rc1:0a");
}

TEST(Evidence, OfAFailedPlainTest) {
  ProgramRun run = CleanRun();
  run.trace.tests.push_back(
      {.name = "Plain.Test", .passed = false, .message = "/exercise/tests/x_test.cc:3: 1 is not 2"});
  const Evidence evidence = Of(run);
  ASSERT_EQ(evidence.findings.size(), 1u);
  EXPECT_EQ(evidence.findings[0].kind, "assertion");
  EXPECT_EQ(evidence.findings[0].message, "tests/x_test.cc:3: 1 is not 2");
}

TEST(Evidence, OfAProgramThatDied) {
  ProgramRun run = CleanRun();
  run.trace.is_complete = false;
  run.trace.tests.clear();
  run.trace.scenarios[0].status = ScenarioStatus::kUnfinished;
  run.process.signal = SIGSEGV;
  const Evidence evidence = Of(run);
  EXPECT_EQ(evidence.our_failure, "");
  ASSERT_EQ(evidence.findings.size(), 1u);
  EXPECT_EQ(evidence.findings[0].kind, "crash");
  EXPECT_EQ(evidence.findings[0].test, "A.B");
  EXPECT_THAT(evidence.findings[0].message, HasSubstr("SIGSEGV"));
}

TEST(Evidence, OfAProgramThatLeftQuietly) {
  ProgramRun run = CleanRun();
  run.trace.is_complete = false;  // _exit(0) in the middle of it
  EXPECT_EQ(Of(run).findings.at(0).kind, "crash");
}

TEST(Evidence, OfAnEngineThatFailed) {
  ProgramRun run = CleanRun();
  run.process.exit_code = 3;
  run.trace.is_complete = false;
  run.trace.scenarios[0].error = "out of puppets";
  const Evidence evidence = Of(run);
  EXPECT_THAT(evidence.our_failure, HasSubstr("A.B: out of puppets"));
  EXPECT_TRUE(evidence.findings.empty());
  run = CleanRun();
  run.trace.scenarios[0].status = ScenarioStatus::kError;
  run.trace.scenarios[0].error = "too many threads";
  EXPECT_THAT(Of(run).our_failure, HasSubstr("too many threads"));
}

TEST(Evidence, OfNoTraceAtAll) {
  ProgramRun run;
  run.process.exit_code = 127;
  run.process.errors = "cannot open shared object";
  EXPECT_THAT(Of(run).our_failure, HasSubstr("wrote no trace (exit status 127); it said: cannot open shared object"));
  EXPECT_FALSE(Of(run).has_trace);
}

TEST(Evidence, OfAConstructorThatEndsTheProgram) {
  const Evidence evidence = Of(ProgramRun());
  EXPECT_EQ(evidence.our_failure, "");
  ASSERT_EQ(evidence.findings.size(), 1u);
  EXPECT_EQ(evidence.findings[0].kind, "crash");
  EXPECT_THAT(evidence.findings[0].message, HasSubstr("constructor of a global object"));
}

TEST(Evidence, OfATraceThatMakesNoSense) {
  ProgramRun run = CleanRun();
  run.trace_status = absl::DataLossError("trace line 2: not a JSON object");
  EXPECT_EQ(Of(run).our_failure, "trace line 2: not a JSON object");
}

TEST(Evidence, OfAFindingThatDidNotHappenAgain) {
  ProgramRun run = CleanRun();
  run.trace.findings = {ARace()};
  run.trace.findings[0].confirmed = false;
  EXPECT_THAT(Of(run).our_failure, HasSubstr("seen once and not again"));
  run.trace.findings[0].reproduced = 3;  // a replay says itself how often
  EXPECT_EQ(Of(run).our_failure, "");
  EXPECT_EQ(Of(run).reproductions, 3);
}

TEST(Evidence, OfATimeout) {
  ProgramRun run = CleanRun();
  run.trace.is_complete = false;
  run.trace.scenarios[0].status = ScenarioStatus::kUnfinished;
  run.process.timed_out = true;
  run.process.wall_seconds = 60;
  Evidence evidence = Of(run);
  EXPECT_TRUE(evidence.ran_out_of_time);
  EXPECT_TRUE(evidence.findings.empty());
  EXPECT_EQ(evidence.where_time_ran_out, "A.B did not end (stopped after 60 s)");
  run.trace.findings = {ARace()};
  EXPECT_FALSE(Of(run).ran_out_of_time) << "what was witnessed before stays witnessed";
}

// The engine could not follow the program to its end. That is nobody's failure, although GoogleTest calls the test
// failed.
TEST(Evidence, OfAScenarioWithoutAVerdict) {
  ProgramRun run = CleanRun();
  run.trace.scenarios[0].status = ScenarioStatus::kInconclusive;
  run.trace.scenarios[0].strength = "";
  run.trace.scenarios[0].error = "no verdict: the execution does not end within the limit on steps";
  run.trace.tests[0] = {.name = "A.B", .passed = false, .message = "Failed\nno verdict: …"};
  const Evidence evidence = Of(run);
  EXPECT_TRUE(evidence.findings.empty());
  EXPECT_TRUE(evidence.ran_out_of_time);
  ASSERT_EQ(evidence.tests.size(), 1u);
  EXPECT_EQ(evidence.tests[0].status, TestStatus::kInconclusive);
  EXPECT_EQ(evidence.where_time_ran_out, "A.B: no verdict: the execution does not end within the limit on steps");
}

TEST(FunctionNames, AreCutToWhatAStudentWrote) {
  EXPECT_EQ(ShortFunctionName("Tally::add(unsigned int, long)"), "Tally::add");
  EXPECT_EQ(ShortFunctionName("void (anonymous namespace)::S::add<int>(int)"), "S::add");
  EXPECT_EQ(ShortFunctionName("(anonymous namespace)::Test_Body()::$_0::operator()() const"), "lambda in Test_Body");
  EXPECT_EQ(ShortFunctionName("Run(int)::'lambda'(int)::operator()(int) const"), "lambda in Run");
  EXPECT_EQ(ShortFunctionName("bool operator< <int>(Box<int> const&, Box<int> const&)"), "operator<");
  EXPECT_EQ(ShortFunctionName("Out& Out::operator<<(int)"), "Out::operator<<");
  EXPECT_EQ(ShortFunctionName("Queue<std::pair<int, int>>::size() const"), "Queue::size");
  EXPECT_EQ(ShortFunctionName("Functor::operator()(int) const"), "Functor::operator()");
  EXPECT_EQ(ShortFunctionName("main"), "main");
  EXPECT_EQ(ShortFunctionName(""), "");
}

TEST(Diagnostics, KeepWhatAStudentCanActOn) {
  const std::string clang =
      "In file included from /course/ex/tests/adapter.cc:3:\n"
      "./tally.h:12:5: error: use of undeclared identifier 'foo'\n"
      "   12 |     foo();\n"
      "      |     ^\n"
      "/usr/include/c++/12/vector:99:1: note: candidate function not viable\n"
      "   99 | secret of the library\n"
      "/course/ex/tests/adapter.cc:9:3: error: no member named 'add'\n"
      "    9 |   tally_.add(1);\n"
      "2 errors generated.\n";
  const std::string trimmed = TrimDiagnostics(clang, "/course/ex");
  EXPECT_EQ(trimmed,
            "tally.h:12:5: error: use of undeclared identifier 'foo'\n"
            "   12 |     foo();\n"
            "      |     ^\n"
            "tests/adapter.cc:9:3: error: no member named 'add'\n"
            "    9 |   tally_.add(1);");
}

TEST(Diagnostics, KeepTheSentenceOfAnErrorInALibraryOnly) {
  const std::string trimmed = TrimDiagnostics(
      "/usr/include/c++/12/bits/std_thread.h:136:72: error: static assertion failed: must be invocable\n  136 | x\n"
      "tally.h:4:2: note: in instantiation of it requested here\n    4 | y\n",
      "/course/ex");
  EXPECT_EQ(trimmed,
            "error: static assertion failed: must be invocable\ntally.h:4:2: note: in instantiation of it requested "
            "here\n    4 | y");
}

TEST(Diagnostics, AreCutWhenTheyAreLong) {
  std::string clang;
  for (int i = 0; i < 100; ++i) clang += "tally.h:1:1: error: no\n";
  EXPECT_THAT(TrimDiagnostics(clang, "/course/ex", 10), HasSubstr("… and 90 more lines"));
}

Evidence Explored(TestStatus status, std::int64_t executions, std::string strength) {
  Evidence evidence;
  evidence.tests = {{.name = "main",
                     .status = status,
                     .executions = executions,
                     .strength = std::move(strength),
                     .event_hash = "ab",
                     .schedules_per_second = 10}};
  return evidence;
}

TEST(Exploration, AddsUpWhatSeveralExplorersDid) {
  const auto merged = MergeExplorations({Explored(TestStatus::kPassed, 1000, "no failure in 1,000 schedules"),
                                         Explored(TestStatus::kPassed, 999, "no failure in 999 schedules")});
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(merged->status, "passed");
  EXPECT_EQ(merged->executions, 1999);
  EXPECT_EQ(merged->schedules_per_second, 20);
  EXPECT_EQ(merged->strength, "1,999 schedules from 2 seeds; each: no failure in 1,000 schedules");
}

TEST(Exploration, ReportsEachBugOnce) {
  Evidence failed = Explored(TestStatus::kFailed, 5, "");
  Finding finding;
  finding.kind = "deadlock";
  finding.test = "main";
  failed.findings = {finding};
  const auto merged = MergeExplorations({failed, failed, Explored(TestStatus::kPassed, 9, "x")});
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(merged->status, "failed");
  EXPECT_EQ(merged->findings.size(), 1u);
}

TEST(Exploration, IsInconclusiveWhenOneIs) {
  Evidence out_of_time = Explored(TestStatus::kInconclusive, 5, "");
  out_of_time.ran_out_of_time = true;
  EXPECT_EQ(MergeExplorations({Explored(TestStatus::kPassed, 9, "x"), out_of_time})->status, "inconclusive");
}

TEST(Exploration, OwnsUpToOurFailures) {
  Evidence ours;
  ours.our_failure = "no trace";
  EXPECT_FALSE(MergeExplorations({ours}).ok());
  EXPECT_FALSE(MergeExplorations({Evidence()}).ok());
}

Exercise TwoChecks() {
  Exercise exercise;
  exercise.checks.resize(2);
  exercise.checks[0].id = "totals";
  exercise.checks[1].id = "sum";
  return exercise;
}

TEST(Expectation, ReadsTheFirstLine) {
  const auto expectation =
      ParseExpectation("// waiting: weak memory; expect: assertion|data_race check=totals,sum\r", TwoChecks());
  ASSERT_TRUE(expectation.ok()) << expectation.status();
  EXPECT_EQ(expectation->waits_for, "weak memory");
  EXPECT_THAT(expectation->kinds, ::testing::ElementsAre("assertion", "data_race"));
  EXPECT_THAT(expectation->checks, ::testing::ElementsAre("totals", "sum"));
  for (const char* line :
       {"", "// something", "expect: data_race", "// expect:", "// expect: data_race check=total",
        "// expect: bad_luck check=sum", "// waiting: x", "// expect: data_race deadlock check=sum"}) {
    EXPECT_FALSE(ParseExpectation(line, TwoChecks()).ok()) << line;
  }
}

SubmissionResult Failing(const std::string& check, const std::string& kind) {
  SubmissionResult result;
  result.status = SubmissionStatus::kFailed;
  for (const std::string id : {"totals", "sum"}) {
    CheckResult& row = result.checks.emplace_back();
    row.id = id;
    row.verdict = id == check ? Verdict::kFail : Verdict::kPass;
    if (id == check) row.findings.emplace_back().kind = kind;
  }
  return result;
}

TEST(Expectation, WantsExactlyItsFinding) {
  const Expectation expectation = *ParseExpectation("// expect: data_race|assertion check=totals", TwoChecks());
  EXPECT_EQ(DifferenceFrom(expectation, Failing("totals", "data_race")), "");
  EXPECT_EQ(DifferenceFrom(expectation, Failing("totals", "assertion")), "");
  EXPECT_EQ(DifferenceFrom(expectation, Failing("totals", "deadlock")),
            "check 'totals': deadlock instead of data_race or assertion");
  EXPECT_EQ(DifferenceFrom(expectation, Failing("sum", "data_race")), "check 'totals': pass instead of fail");
  SubmissionResult both = Failing("totals", "data_race");
  both.checks[1] = Failing("sum", "data_race").checks[1];
  EXPECT_EQ(DifferenceFrom(expectation, both), "check 'sum' fails too (data_race)");
  SubmissionResult passed;
  EXPECT_THAT(DifferenceFrom(expectation, passed), HasSubstr("nothing was found: passed"));
}

}  // namespace
}  // namespace racecourse::grader
