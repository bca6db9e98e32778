// Descriptors that block: correct programs pass their whole budget under every strategy of the portfolio, those that
// block for ever, or read what nothing orders, are found at a marked line, and no descriptor outlives its execution.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/broken_scenario.h"

namespace racecourse::engine_test {
namespace {

TEST(Descriptors, CorrectProgramsPass) {
  const ProgramRun run = RunScenarios("descriptors", "Descriptor.*", "seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_GE(run.scenarios.size(), 16u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

// A program is not accused of what others on the machine do.
TEST(Descriptors, PortOfAnotherProgramIsNamed) {
  const ProgramRun run = RunScenarios("descriptors", "Taken.*", "seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.scenarios[0].status, "inconclusive") << run.ToString();
  EXPECT_THAT(run.scenarios[0].error, testing::HasSubstr("in use by another program")) << run.ToString();
}

class BlockedTest : public testing::TestWithParam<BrokenScenario> {};

TEST_P(BlockedTest, IsFoundConfirmedLocatedAndReplayed) {
  ExpectFoundLocatedAndReplayed(GetParam(),
                                {.program = "descriptors", .suite = "Blocked", .every_stack_is_marked = true});
}

constexpr BrokenScenario kBlocked[] = {
    {"WriteEndStaysOpen", "deadlock", "whose other end is still open as descriptor"},
    {"TwoFullPipes", "deadlock", "room in pipe#"},
    {"EventMissed", "deadlock", "data from eventfd#"},
    {"NobodyReads", "crash", "SIGPIPE"},
    {"ReadBeforeTheBytesCame", "data_race", "nothing orders"},
    {"OnlyTheOtherWritersBytesWereRead", "data_race", "nothing orders"},
    {"BufferIsReadWhileItIsFilled", "data_race", "nothing orders"},
};

INSTANTIATE_TEST_SUITE_P(All, BlockedTest, testing::ValuesIn(kBlocked),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
