// What a run says: reached and unreached SOMETIMES, how many schedules a pass is worth, GoogleTest's own words, each
// strategy.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

using testing::HasSubstr;

ProgramRun RunTests(const std::string& filter, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "scenarios", orders,
                    {"--gtest_filter=" + filter});
}

TEST(Sometimes, PassesWhereItIsReached) {
  const ProgramRun run = RunTests("Sometimes.Reached", "schedules=500");
  EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
  EXPECT_EQ(run.exit_status, 0);
}

TEST(Sometimes, IsUnreachableWhereItIsNot) {
  for (const std::string name : {"Sometimes.Unreached", "Sometimes.NeverEvaluated", "Sometimes.FirstOfTwo"}) {
    const ProgramRun run = RunTests(name, "schedules=500");
    ASSERT_EQ(run.Kind(), "unreachable") << run.ToString();
    EXPECT_EQ(run.TheScenario().status, "failed");
    EXPECT_EQ(run.exit_status, 1);
    EXPECT_THAT(run.TheFinding().message, HasSubstr("500"));
  }
  EXPECT_THAT(RunTests("Sometimes.FirstOfTwo", "schedules=500").TheFinding().message, HasSubstr("value == 7"));
}

TEST(Sometimes, OfOneTestDoesNotCountForAnother) {
  const ProgramRun run = RunTests("Sometimes.*", "schedules=500");
  ASSERT_EQ(run.scenarios.size(), 4u);
  EXPECT_EQ(run.scenarios[0].status, "passed") << run.ToString();
  for (int i = 1; i < 4; ++i) EXPECT_EQ(run.scenarios[i].status, "failed") << run.ToString();
}

TEST(Progress, OfSlowAndPatientProgramsIsSeen) {
  const ProgramRun run = RunTests("Progress.*", "seed=1");
  EXPECT_EQ(run.findings.size(), 0u) << run.ToString();
  EXPECT_EQ(run.scenarios.size(), 7u) << run.ToString();
  for (const Scenario& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << scenario.name;
}

TEST(LockOrder, IsConfirmedBySteeringOrIsAHint) {
  const ProgramRun run = RunTests("LockOrder.*", "seed=1");
  ASSERT_EQ(run.scenarios.size(), 3u) << run.ToString();
  EXPECT_EQ(run.scenarios[0].status, "passed");
  EXPECT_THAT(run.scenarios[0].strength, HasSubstr("hint: mutexes are taken in a circle"));
  EXPECT_EQ(run.scenarios[1].status, "passed");
  EXPECT_THAT(run.scenarios[1].strength, testing::Not(HasSubstr("hint")));
  EXPECT_EQ(run.scenarios[2].status, "failed");
  ASSERT_EQ(run.Kind(), "deadlock") << run.ToString();
  EXPECT_GE(run.TheFinding().execution, 100u);  // no schedule of the budget ran into it
  EXPECT_TRUE(run.TheFinding().is_confirmed);
}

TEST(IsWaiting, HoldsForBlockedAndSpinningThreadsOnly) {
  const ProgramRun run = RunTests("IsWaiting.*", "seed=1");
  EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
}

TEST(Polling, DoesNotStarveTheOneThatIsPolledForWithAnyStrategy) {
  for (const std::string strategy : {"random-walk", "pct", "pos"}) {
    const ProgramRun run = RunTests("Polling.UnderAMutexEnds", "schedules=2000;strategy=" + strategy);
    EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
  }
}

TEST(Budget, IsTheOrdersElseTheTests) {
  EXPECT_EQ(RunTests("Budget.OfItsOwn", "seed=1").TheScenario().executions, 70u);
  EXPECT_EQ(RunTests("Budget.OfItsOwn", "schedules=123").TheScenario().executions, 123u);
  const ProgramRun run = RunTests("Budget.OfItsOwn", "schedules=12345");
  EXPECT_THAT(run.TheScenario().strength, HasSubstr("12,345 schedules"));
}

TEST(Budget, OfAScenarioWithoutChoicesIsOneSchedule) {
  const ProgramRun run = RunTests("Budget.OneSchedule", "schedules=2000");
  EXPECT_EQ(run.TheScenario().executions, 1u);
  EXPECT_THAT(run.TheScenario().strength, HasSubstr("only schedule"));
}

TEST(Budget, OfTimeEndsInconclusive) {
  const auto start = std::chrono::steady_clock::now();
  const ProgramRun run = RunTests("Budget.OfItsOwn", "schedules=1000000000;seconds=0.3");
  EXPECT_EQ(run.TheScenario().status, "inconclusive") << run.ToString();
  EXPECT_GT(run.TheScenario().executions, 70u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_TRUE(run.findings.empty());
}

TEST(Message, OfGoogleTestIsIntact) {
  const ProgramRun run = RunTests("Message.Equality", "schedules=10");
  ASSERT_EQ(run.Kind(), "assertion") << run.ToString();
  const std::string& message = run.TheFinding().message;
  EXPECT_THAT(message, HasSubstr("scenarios.cc:"));
  EXPECT_THAT(message, HasSubstr("Expected equality of these values:\n  fruit\n    Which is: \"a \\\"pear\\\"\\n"));
  EXPECT_THAT(message, HasSubstr("what the shop has, 100 % of it"));
  ASSERT_EQ(run.tests.size(), 1u);
  EXPECT_EQ(run.tests[0].at("status"), "failed");
}

TEST(Message, OfAnotherThreadIsIntact) {
  const ProgramRun run = RunTests("Message.InAThread", "schedules=10");
  ASSERT_EQ(run.Kind(), "assertion") << run.ToString();
  EXPECT_THAT(run.TheFinding().message, HasSubstr("Expected: (3) < (value.load()), actual: 3 vs 0"));
  EXPECT_THAT(run.TheFinding().message, HasSubstr("in another thread"));
}

TEST(Message, IsCutWhereItIsTooLong) {
  const ProgramRun run = RunTests("Message.Long", "schedules=10");
  ASSERT_EQ(run.Kind(), "assertion");
  EXPECT_THAT(run.TheFinding().message, HasSubstr("xxxx"));
  EXPECT_LT(run.TheFinding().message.size(), 10'000u);
}

TEST(Message, OfAnExceptionNamesItsType) {
  const ProgramRun run = RunTests("Message.Exception", "schedules=10");
  ASSERT_EQ(run.Kind(), "crash") << run.ToString();
  EXPECT_THAT(run.TheFinding().message, HasSubstr("string"));
}

TEST(LongRun, OfComparisonsIsNoLivelock) {
  const ProgramRun run = RunTests("LongRun.OfComparisons", "schedules=3");
  EXPECT_TRUE(run.findings.empty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u);
  EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
}

TEST(PlainTests, RunOnceAndAreReported) {
  const ProgramRun run = RunTests("Plain.*", "schedules=10");
  EXPECT_TRUE(run.scenarios.empty());
  ASSERT_EQ(run.tests.size(), 2u);
  EXPECT_EQ(run.tests[0].at("status"), "passed");
  EXPECT_EQ(run.tests[1].at("status"), "failed");
  EXPECT_THAT(run.tests[1].at("message").get<std::string>(), HasSubstr("no arithmetic"));
  EXPECT_EQ(run.exit_status, 1);
}

TEST(EarlyThreads, MakeTheRunInconclusive) {
  const ProgramRun run =
      RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "early_thread", "schedules=100");
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.TheScenario().status, "inconclusive") << run.ToString();
  EXPECT_THAT(run.TheScenario().error, HasSubstr("before the test began"));
  EXPECT_TRUE(run.findings.empty());
}

class EachStrategy : public testing::TestWithParam<std::string> {};

TEST_P(EachStrategy, FindsABugOfTwoPreemptionsWithAnySeed) {
  for (int seed = 1; seed <= 5; ++seed) {
    const ProgramRun run =
        RunTests("Depth.TwoPreemptions", "schedules=2000;strategy=" + GetParam() + ";seed=" + std::to_string(seed));
    ASSERT_EQ(run.Kind(), "assertion") << run.ToString();
    EXPECT_LE(run.TheFinding().preemptions, 4) << run.ToString();
    EXPECT_TRUE(run.TheFinding().is_confirmed);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachStrategy, testing::Values("portfolio", "random-walk", "pct", "pos"),
                         [](const auto& info) {
                           std::string name = info.param;
                           name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                           return name;
                         });

TEST(Orders, ThatAreWrongAreTheEnginesFailureNotTheTests) {
  for (const std::string orders : {"strategy=luck", "schedules=many", "colour=red"}) {
    const ProgramRun run = RunTests("Budget.OfItsOwn", orders);
    EXPECT_EQ(run.exit_status, 3) << orders << run.ToString();
    EXPECT_TRUE(run.findings.empty());
  }
}

}  // namespace
}  // namespace racecourse::engine_test
