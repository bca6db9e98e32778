// Processes under the scheduler: correct programs pass their whole budget, those that block for ever, leave children
// behind or race are found at a marked line and replayed with the same event hash, and no process outlives its
// explorer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

constexpr char kSource[] = RACECOURSE_SOURCE_DIR "/tests/engine/programs/processes.cc";

ProgramRun RunScenarios(const std::string& filter, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "processes", orders,
                    {"--gtest_filter=" + filter});
}

TEST(Processes, CorrectProgramsPass) {
  const ProgramRun run = RunScenarios("Process.*", "schedules=400;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_GE(run.scenarios.size(), 20u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

TEST(Processes, WhatIsNotFollowedIsNamed) {
  const ProgramRun run = RunScenarios("Unfollowed.*", "schedules=400;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.scenarios[0].status, "inconclusive") << run.ToString();
  EXPECT_THAT(run.scenarios[0].error, testing::HasSubstr("a timerfd is armed")) << run.ToString();
}

struct Broken {
  const char* name;
  const char* kind;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Broken& blocked) { return stream << blocked.name; }

class BrokenTest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenTest, IsFoundConfirmedLocatedAndReplayed) {
  const ProgramRun run = RunScenarios("Broken." + std::string(GetParam().name), "schedules=2000;seed=1");
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_EQ(finding.kind, GetParam().kind) << run.ToString();
  EXPECT_THAT(finding.message, testing::HasSubstr(GetParam().message));
  EXPECT_TRUE(finding.is_confirmed);
  const std::vector<int> marked = MarkedLines(kSource, "// " + std::string(GetParam().name));
  const auto lines = LinesIn(run, finding, "processes.cc");
  bool is_marked = false;
  for (const std::vector<int>& stack : lines) {
    for (const int line : stack) is_marked |= std::find(marked.begin(), marked.end(), line) != marked.end();
  }
  EXPECT_TRUE(is_marked) << run.ToString();
  const ProgramRun replay =
      RunScenarios("Broken." + std::string(GetParam().name), "replay=" + finding.schedule + ";repeat=20");
  ASSERT_EQ(replay.findings.size(), 1u) << replay.ToString();
  EXPECT_EQ(replay.TheFinding().event_hash, finding.event_hash);
  EXPECT_EQ(replay.TheFinding().reproduced, 20);
}

constexpr Broken kBroken[] = {
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
