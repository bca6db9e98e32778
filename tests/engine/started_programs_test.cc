// Programs that processes of a test become: those that end, fail to start, read, write or sleep pass and leave nothing
// behind; who waits for ever is found at a marked line and replayed with the same event hash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

constexpr char kSource[] = RACECOURSE_SOURCE_DIR "/tests/engine/programs/started_programs.cc";

ProgramRun RunScenarios(const std::string& filter, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "started_programs", orders,
                    {"--gtest_filter=" + filter});
}

TEST(StartedPrograms, CorrectOnesPass) {
  const ProgramRun run = RunScenarios("Program.*", "schedules=30;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_GE(run.scenarios.size(), 20u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

TEST(StartedPrograms, HaveTheSameHashesAgain) {
  const ProgramRun first = RunScenarios("Program.*Filters*", "schedules=20;seed=3");
  const ProgramRun second = RunScenarios("Program.*Filters*", "schedules=20;seed=3");
  ASSERT_EQ(first.scenarios.size(), 1u) << first.ToString();
  ASSERT_EQ(second.scenarios.size(), 1u) << second.ToString();
  EXPECT_EQ(first.TheScenario().event_hash, second.TheScenario().event_hash);
}

struct Broken {
  const char* name;
  const char* kind;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Broken& broken) { return stream << broken.name; }

class BrokenProgramTest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenProgramTest, IsFoundLocatedAndReplayed) {
  const ProgramRun run = RunScenarios("Broken." + std::string(GetParam().name), "schedules=200;seed=1");
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_EQ(finding.kind, GetParam().kind) << run.ToString();
  EXPECT_THAT(finding.message, testing::HasSubstr(GetParam().message));
  EXPECT_TRUE(finding.is_confirmed);
  const std::vector<int> marked = MarkedLines(kSource, "// " + std::string(GetParam().name));
  bool is_marked = false;
  for (const std::vector<int>& stack : LinesIn(run, finding, "started_programs.cc")) {
    for (const int line : stack) is_marked |= std::find(marked.begin(), marked.end(), line) != marked.end();
  }
  EXPECT_TRUE(is_marked) << run.ToString();
  const ProgramRun replay =
      RunScenarios("Broken." + std::string(GetParam().name), "replay=" + finding.schedule + ";repeat=3");
  ASSERT_EQ(replay.findings.size(), 1u) << replay.ToString();
  EXPECT_EQ(replay.TheFinding().event_hash, finding.event_hash);
  EXPECT_EQ(replay.TheFinding().reproduced, 3);
}

constexpr Broken kBroken[] = {
    {"HoldsItsOwnInputOpen", "deadlock", "which waits in the kernel"},
    {"NobodyWaitsForTheProgram", "zombie_process", "never waited for it"},
    {"ReplacesTheTest", "misuse", "replaces the whole process"},
    {"TakesTheShellFirst", "data_race", "nothing orders"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenProgramTest, testing::ValuesIn(kBroken),
                         [](const auto& parameters) { return std::string(parameters.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
