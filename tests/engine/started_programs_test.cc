// Programs that processes of a test become: those that end, fail to start, read, write or sleep pass and leave nothing
// behind; who waits for ever is found at a marked line and replayed with the same event hash. Those that were built for
// the engine stay under its control: what happens in them is found at their own lines, in a program with other code at
// the same addresses, and what exec keeps and does not is asserted by the program itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

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

ProgramRun Launch(const std::string& what, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "whole" / "launcher", orders, {what});
}

class CorrectLaunch : public testing::TestWithParam<const char*> {};

TEST_P(CorrectLaunch, PassesWithTheSameHashAgain) {
  const ProgramRun first = Launch(GetParam(), "schedules=60;seed=5;expect_status=0");
  EXPECT_THAT(first.findings, testing::IsEmpty()) << first.ToString();
  ASSERT_EQ(first.scenarios.size(), 1u) << first.ToString();
  EXPECT_EQ(first.TheScenario().status, "passed") << first.ToString();
  const ProgramRun second = Launch(GetParam(), "schedules=60;seed=5;expect_status=0");
  ASSERT_EQ(second.scenarios.size(), 1u) << second.ToString();
  EXPECT_EQ(first.TheScenario().event_hash, second.TheScenario().event_hash);
}

INSTANTIATE_TEST_SUITE_P(All, CorrectLaunch, testing::Values("state", "report", "chain", "killed"),
                         [](const auto& parameters) { return std::string(parameters.param); });

struct BrokenLaunch {
  const char* what;
  const char* kind;
};

std::ostream& operator<<(std::ostream& stream, const BrokenLaunch& launch) { return stream << launch.what; }

class BrokenLaunchTest : public testing::TestWithParam<BrokenLaunch> {};

TEST_P(BrokenLaunchTest, IsFoundInTheOtherProgramAndReplayed) {
  const ProgramRun run = Launch(GetParam().what, "schedules=500;seed=1");
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_EQ(finding.kind, GetParam().kind) << run.ToString();
  EXPECT_TRUE(finding.is_confirmed);
  const std::vector<int> marked =
      MarkedLines(RACECOURSE_SOURCE_DIR "/tests/engine/programs/whole/launched.cc", "// bug");
  bool is_marked = false;
  for (const std::vector<int>& lines : LinesIn(run, finding, "launched.cc")) {
    is_marked |= !lines.empty() && std::ranges::find(marked, lines.front()) != marked.end();
  }
  EXPECT_TRUE(is_marked) << run.ToString();

  const ProgramRun replay = Launch(GetParam().what, "replay=" + finding.schedule + ";repeat=3");
  ASSERT_EQ(replay.findings.size(), 1u) << replay.ToString();
  EXPECT_EQ(replay.TheFinding().event_hash, finding.event_hash);
  EXPECT_EQ(replay.TheFinding().reproduced, 3);
}

INSTANTIATE_TEST_SUITE_P(All, BrokenLaunchTest,
                         testing::Values(BrokenLaunch{"race", "data_race"}, BrokenLaunch{"threads_race", "data_race"},
                                         BrokenLaunch{"threads_wait_for_each_other", "deadlock"},
                                         BrokenLaunch{"crashes", "crash"}),
                         [](const auto& parameters) { return std::string(parameters.param.what); });

}  // namespace
}  // namespace racecourse::engine_test
