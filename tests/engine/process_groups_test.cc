// Process groups, sessions and prctl: correct programs pass their whole budget, others are found at a marked line and
// replayed with the same event hash, and calls that have no model are refused by name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/broken_scenario.h"

namespace racecourse::engine_test {
namespace {

TEST(ProcessGroups, CorrectProgramsPass) {
  const ProgramRun run = RunScenarios("process_groups", "Group.*:Orphan.*", "schedules=400;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_EQ(run.scenarios.size(), 19u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

// Few schedules: each is eighty processes.
TEST(ProcessGroups, ManyOrphansPass) {
  const ProgramRun run = RunScenarios("process_groups", "Many.*", "schedules=10;seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.scenarios[0].status, "passed") << run.ToString();
}

class BrokenTest : public testing::TestWithParam<BrokenScenario> {};

TEST_P(BrokenTest, IsFoundConfirmedLocatedAndReplayed) {
  ExpectFoundLocatedAndReplayed(GetParam(), {.program = "process_groups"});
}

constexpr BrokenScenario kBroken[] = {
    {"GroupIsNotThereYet", "assertion", "killpg"},     {"AskedTooLate", "orphan_process", "still there"},
    {"WaitsForTheWrongGroup", "assertion", "waitpid"}, {"DescriptorOfAProcess", "misuse", "calls pidfd_open"},
    {"OptionOfPrctl", "misuse", "calls prctl"},        {"DescriptorOfSignals", "misuse", "calls signalfd"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenTest, testing::ValuesIn(kBroken),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
