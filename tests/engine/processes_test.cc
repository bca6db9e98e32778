// Processes under the scheduler: correct programs pass their whole budget, those that block for ever, leave children
// behind or race are found at a marked line and replayed with the same event hash, and no process outlives its
// explorer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/broken_scenario.h"

namespace racecourse::engine_test {
namespace {

TEST(Processes, CorrectProgramsPass) {
  const ProgramRun run = RunScenarios("processes", "Process.*", "schedules=400;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_GE(run.scenarios.size(), 20u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

// Few schedules: each is forty processes.
TEST(Processes, ManyAtOncePass) {
  const ProgramRun run = RunScenarios("processes", "Many.*", "schedules=30;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.scenarios[0].status, "passed") << run.ToString();
  EXPECT_EQ(run.scenarios[0].executions, 30u) << run.ToString();
}

TEST(Processes, WhatIsNotFollowedIsNamed) {
  const ProgramRun run = RunScenarios("processes", "Unfollowed.*", "schedules=400;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.scenarios[0].status, "inconclusive") << run.ToString();
  EXPECT_THAT(run.scenarios[0].error, testing::HasSubstr("a timerfd is armed")) << run.ToString();
}

class BrokenTest : public testing::TestWithParam<BrokenScenario> {};

TEST_P(BrokenTest, IsFoundConfirmedLocatedAndReplayed) {
  ExpectFoundLocatedAndReplayed(GetParam(), {.program = "processes"});
}

constexpr BrokenScenario kBroken[] = {
    {"WriteEndOpenInTheParent", "deadlock", "whose other end is still open as descriptor"},
    {"NobodyWaits", "zombie_process", "never waited for it"},
    {"StillRunning", "orphan_process", "still there"},
    {"LockCopiedWithoutItsHolder", "deadlock", "fork copies a lock"},
    {"CrashThatNobodyLooksAt", "crash", "Nobody looked"},
    {"ExpectationInTheChild", "assertion", "global"},
    {"ChildReturns", "misuse", "returns from the test's body"},
    {"RaceBetweenThreadsOfTheChild", "data_race", "nothing orders"},
    {"RaceAcrossProcesses", "data_race", "nothing orders"},
    {"MutexOfTheDead", "deadlock", "ended"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenTest, testing::ValuesIn(kBroken),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
