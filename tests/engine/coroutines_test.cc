// What coroutine handles and contexts allow, and what goes wrong with them, in the scenarios of programs/coroutines/.
// The first word of a scenario's name says what must be found, and all that passes does so under every schedule tried.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

// The first words, and the kind of finding they stand for.
const std::map<std::string, std::string> kExpected = {
    {"Passes", ""},       {"Races", "data_race"},    {"Misuses", "misuse"},     {"Outlives", "use_after_free"},
    {"Crashes", "crash"}, {"Deadlocks", "deadlock"}, {"Starves", "starvation"}, {"Loses", "lost_task"},
};

class Coroutines : public testing::TestWithParam<std::string> {};

TEST_P(Coroutines, BehaveAsTheirScenariosSay) {
  const ProgramRun run =
      RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / GetParam(), "schedules=4000;seed=1");
  EXPECT_TRUE(run.is_complete) << run.ToString();
  EXPECT_GT(run.scenarios.size(), 5u);
  for (const Scenario& scenario : run.scenarios) {
    const std::string test = scenario.name.substr(scenario.name.find('.') + 1);
    const auto expected = std::find_if(kExpected.begin(), kExpected.end(),
                                       [&](const auto& entry) { return test.rfind(entry.first, 0) == 0; });
    ASSERT_NE(expected, kExpected.end()) << scenario.name;
    std::string kind;
    for (const Finding& finding : run.findings) {
      if (finding.record.at("scenario") == scenario.name) kind = finding.kind;
    }
    EXPECT_EQ(kind, expected->second) << scenario.name << "\n" << run.ToString();
    EXPECT_EQ(scenario.status, expected->second.empty() ? "passed" : "failed") << scenario.name << "\n"
                                                                               << run.ToString();
  }
}
INSTANTIATE_TEST_SUITE_P(All, Coroutines, testing::Values("handles", "contexts", "blocking"),
                         [](const auto& info) { return info.param; });

// What is said of a coroutine names both threads and shows where each is.
TEST(CoroutineReport, ShowsWhoResumedAndWhoDoesAgain) {
  const ProgramRun run = RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "handles",
                                    "schedules=4000;seed=1", {"--gtest_filter=HandOver.MisusesBeforeSuspending"});
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  EXPECT_THAT(run.TheFinding().message, testing::HasSubstr("T1 resumes a coroutine that is running: main resumed it"));
  std::vector<std::string> roles;
  for (const auto& stack : run.TheFinding().record.at("stacks")) roles.push_back(stack.at("role"));
  EXPECT_THAT(roles, testing::ElementsAre("resumes it here", "resumed here before", "main is here"));
}

}  // namespace
}  // namespace racecourse::engine_test
