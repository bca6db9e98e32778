// Streams of stdio on pipes: correct programs pass their whole budget, others are found at a marked line and replayed
// with the same event hash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/broken_scenario.h"

namespace racecourse::engine_test {
namespace {

TEST(StdioPipes, CorrectProgramsPass) {
  const ProgramRun run = RunScenarios("stdio_pipes", "Stream.*", "schedules=400;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_EQ(run.scenarios.size(), 9u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

class BrokenTest : public testing::TestWithParam<BrokenScenario> {};

TEST_P(BrokenTest, IsFoundConfirmedLocatedAndReplayed) {
  ExpectFoundLocatedAndReplayed(GetParam(), {.program = "stdio_pipes"});
}

constexpr BrokenScenario kBroken[] = {
    {"NobodyWritesALine", "deadlock", "data from pipe"},
    {"QuestionIsNotFlushed", "deadlock", "data from pipe"},
    {"PrintedTooEarly", "data_race", "nothing orders"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenTest, testing::ValuesIn(kBroken),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
