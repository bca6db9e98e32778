// Every primitive: what it allows, and what goes wrong with it, in the scenarios of programs/primitives.cc. The first
// word of a scenario's name says what must be found.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

constexpr char kSource[] = RACECOURSE_SOURCE_DIR "/tests/engine/programs/primitives.cc";

// The first words, and the kind of finding they stand for.
const std::map<std::string, std::string> kExpected = {
    {"Passes", ""},           {"Fails", "assertion"}, {"Races", "data_race"}, {"Deadlocks", "deadlock"},
    {"Loses", "lost_wakeup"}, {"Misuses", "misuse"},  {"Crashes", "crash"},
};

// The suites of the source, each with its tests.
std::map<std::string, std::vector<std::string>> Suites() {
  std::map<std::string, std::vector<std::string>> suites;
  std::ifstream stream(kSource);
  const std::string macro = "SCHEDULE_TEST(";
  for (std::string line; std::getline(stream, line);) {
    if (line.substr(0, macro.size()) != macro) continue;
    const std::size_t comma = line.find(", ");
    const std::string suite = line.substr(macro.size(), comma - macro.size());
    suites[suite].push_back(line.substr(comma + 2, line.find(')') - comma - 2));
  }
  return suites;
}

std::vector<std::string> Primitives() {
  std::vector<std::string> names;
  for (const auto& [suite, tests] : Suites()) names.push_back(suite);
  return names;
}

class Primitive : public testing::TestWithParam<std::string> {};

TEST_P(Primitive, BehavesInEveryWay) {
  const ProgramRun run = RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "primitives",
                                    "schedules=1000;seed=1", {"--gtest_filter=" + GetParam() + ".*"});
  const std::vector<std::string> tests = Suites()[GetParam()];
  ASSERT_EQ(run.scenarios.size(), tests.size()) << run.ToString();
  for (const std::string& test : tests) {
    const std::string name = GetParam() + "." + test;
    std::string kind;
    for (const Finding& finding : run.findings) {
      if (finding.record.at("scenario") == name) kind = finding.kind;
    }
    const auto expected = std::find_if(kExpected.begin(), kExpected.end(),
                                       [&](const auto& entry) { return test.rfind(entry.first, 0) == 0; });
    ASSERT_NE(expected, kExpected.end()) << name;
    EXPECT_EQ(kind, expected->second) << name << "\n" << run.ToString();
    const auto scenario = std::find_if(run.scenarios.begin(), run.scenarios.end(),
                                       [&](const Scenario& candidate) { return candidate.name == name; });
    ASSERT_NE(scenario, run.scenarios.end()) << name;
    EXPECT_EQ(scenario->status, kind.empty() ? "passed" : "failed") << name << "\n" << run.ToString();
  }
}

TEST(Primitives, EachHasSomethingThatPassesAndSomethingThatDoesNot) {
  for (const auto& [suite, tests] : Suites()) {
    const auto passes = [](const std::string& test) { return test.rfind("Passes", 0) == 0; };
    EXPECT_TRUE(std::any_of(tests.begin(), tests.end(), passes)) << suite;
    EXPECT_FALSE(std::all_of(tests.begin(), tests.end(), passes)) << suite;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Primitive, testing::ValuesIn(Primitives()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace racecourse::engine_test
