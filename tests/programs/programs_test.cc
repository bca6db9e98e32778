// Every program of racy/ must be found within the budget of a test, with the kind its first line names and at a line
// that it marks `// bug`; its twin in clean/ must pass the same budget. By hand, all of clean/ was run with 20,000
// schedules.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

constexpr char kSources[] = RACECOURSE_SOURCE_DIR "/tests/programs";
constexpr char kOrders[] = "schedules=2000;seed=1";

std::vector<std::string> NamesIn(const char* kind) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(kSources) / kind)) {
    if (entry.path().extension() == ".cc") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The kinds in the first line, "// expect: a|b".
std::vector<std::string> ExpectedKinds(const std::filesystem::path& source) {
  std::ifstream stream(source);
  std::string line;
  std::getline(stream, line);
  const std::string prefix = "// expect: ";
  std::vector<std::string> kinds;
  if (line.substr(0, prefix.size()) != prefix) return kinds;
  std::istringstream list(line.substr(prefix.size()));
  for (std::string kind; std::getline(list, kind, '|');) kinds.push_back(kind);
  return kinds;
}

class RacyProgram : public testing::TestWithParam<std::string> {};
class CleanProgram : public testing::TestWithParam<std::string> {};

TEST_P(RacyProgram, IsFoundAtAMarkedLine) {
  const auto source = std::filesystem::path(kSources) / "racy" / (GetParam() + ".cc");
  const ProgramRun run =
      RunProgram(std::filesystem::path(RACECOURSE_PROGRAMS_BINARY_DIR) / "racy" / GetParam(), kOrders);
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_THAT(ExpectedKinds(source), testing::Contains(finding.kind)) << run.ToString();
  EXPECT_TRUE(finding.is_confirmed);
  EXPECT_EQ(run.exit_status, 1);

  const std::vector<int> marked = MarkedLines(source, "// bug");
  bool is_marked = false;
  for (const std::vector<int>& lines : LinesIn(run, finding, source.filename())) {
    is_marked |= !lines.empty() && std::find(marked.begin(), marked.end(), lines.front()) != marked.end();
  }
  EXPECT_TRUE(is_marked) << run.ToString();
}

TEST_P(CleanProgram, PassesTheWholeBudget) {
  const auto source = std::filesystem::path(kSources) / "clean" / (GetParam() + ".cc");
  EXPECT_THAT(ExpectedKinds(source), testing::ElementsAre("clean"));
  const ProgramRun run =
      RunProgram(std::filesystem::path(RACECOURSE_PROGRAMS_BINARY_DIR) / "clean" / GetParam(), kOrders);
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
  // A program may have a single schedule.
  if (run.TheScenario().strength.find("only schedule") == std::string::npos) {
    EXPECT_EQ(run.TheScenario().executions, 2000u) << run.ToString();
  }
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
}

TEST(Programs, EachBuggyOneHasACleanTwin) { EXPECT_EQ(NamesIn("racy"), NamesIn("clean")); }

const auto kName = [](const auto& info) { return info.param; };
INSTANTIATE_TEST_SUITE_P(Programs, RacyProgram, testing::ValuesIn(NamesIn("racy")), kName);
INSTANTIATE_TEST_SUITE_P(Programs, CleanProgram, testing::ValuesIn(NamesIn("clean")), kName);

}  // namespace
}  // namespace racecourse::engine_test
