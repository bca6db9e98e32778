// Programs that processes of a test become: those that end, fail to start, read, write or sleep pass and leave nothing
// behind; who waits for ever is found at a marked line and replayed with the same event hash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/broken_scenario.h"

namespace racecourse::engine_test {
namespace {

TEST(StartedPrograms, CorrectOnesPass) {
  const ProgramRun run = RunScenarios("started_programs", "Program.*", "schedules=30;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_GE(run.scenarios.size(), 20u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

TEST(StartedPrograms, HaveTheSameHashesAgain) {
  const ProgramRun first = RunScenarios("started_programs", "Program.*Filters*", "schedules=20;seed=3");
  const ProgramRun second = RunScenarios("started_programs", "Program.*Filters*", "schedules=20;seed=3");
  ASSERT_EQ(first.scenarios.size(), 1u) << first.ToString();
  ASSERT_EQ(second.scenarios.size(), 1u) << second.ToString();
  EXPECT_EQ(first.TheScenario().event_hash, second.TheScenario().event_hash);
}

class BrokenProgramTest : public testing::TestWithParam<BrokenScenario> {};

TEST_P(BrokenProgramTest, IsFoundLocatedAndReplayed) {
  ExpectFoundLocatedAndReplayed(GetParam(), {.program = "started_programs", .schedules = 200, .replays = 3});
}

constexpr BrokenScenario kBroken[] = {
    {"HoldsItsOwnInputOpen", "deadlock", "which waits in the kernel"},
    {"NobodyWaitsForTheProgram", "zombie_process", "never waited for it"},
    {"ReplacesTheTest", "misuse", "replaces the whole process"},
    {"TakesTheShellFirst", "data_race", "nothing orders"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenProgramTest, testing::ValuesIn(kBroken),
                         [](const auto& parameters) { return std::string(parameters.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
