#include "tests/engine/broken_scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace racecourse::engine_test {

std::ostream& operator<<(std::ostream& stream, const BrokenScenario& scenario) { return stream << scenario.name; }

ProgramRun RunScenarios(const std::string& program, const std::string& filter, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / program, orders, {"--gtest_filter=" + filter});
}

void ExpectFoundLocatedAndReplayed(const BrokenScenario& scenario, const BrokenSuite& suite) {
  const std::string filter = suite.suite + "." + scenario.name;
  const ProgramRun run =
      RunScenarios(suite.program, filter, "schedules=" + std::to_string(suite.schedules) + ";seed=1");
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_EQ(finding.kind, scenario.kind) << run.ToString();
  EXPECT_THAT(finding.message, testing::HasSubstr(scenario.message));
  EXPECT_TRUE(finding.is_confirmed);

  const std::string file = suite.program + ".cc";
  const std::vector<int> marked = MarkedLines(
      std::filesystem::path(RACECOURSE_SOURCE_DIR "/tests/engine/programs") / file, "// " + std::string(scenario.name));
  const std::vector<std::vector<int>> stacks = LinesIn(run, finding, file);
  const auto is_marked = [&](const std::vector<int>& stack) {
    return std::ranges::find_first_of(stack, marked) != stack.end();
  };
  EXPECT_TRUE(std::ranges::any_of(stacks, is_marked)) << run.ToString();
  if (suite.every_stack_is_marked) {
    EXPECT_TRUE(std::ranges::all_of(stacks, is_marked)) << run.ToString();
  }

  const ProgramRun replay =
      RunScenarios(suite.program, filter, "replay=" + finding.schedule + ";repeat=" + std::to_string(suite.replays));
  ASSERT_EQ(replay.findings.size(), 1u) << replay.ToString();
  EXPECT_EQ(replay.TheFinding().event_hash, finding.event_hash);
  EXPECT_EQ(replay.TheFinding().reproduced, suite.replays);
}

}  // namespace racecourse::engine_test
