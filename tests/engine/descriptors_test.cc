// Descriptors that block: correct programs pass their whole budget under every strategy of the portfolio, those that
// block for ever, or read what nothing orders, are found at a marked line, and no descriptor outlives its execution.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

constexpr char kSource[] = RACECOURSE_SOURCE_DIR "/tests/engine/programs/descriptors.cc";

ProgramRun RunScenarios(const std::string& filter, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "descriptors", orders,
                    {"--gtest_filter=" + filter});
}

TEST(Descriptors, CorrectProgramsPass) {
  const ProgramRun run = RunScenarios("Descriptor.*", "seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  EXPECT_EQ(run.exit_status, 0) << run.ToString();
  EXPECT_GE(run.scenarios.size(), 16u);
  for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
}

// A program is not accused of what others on the machine do.
TEST(Descriptors, PortOfAnotherProgramIsNamed) {
  const ProgramRun run = RunScenarios("Taken.*", "seed=1");
  EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
  ASSERT_EQ(run.scenarios.size(), 1u) << run.ToString();
  EXPECT_EQ(run.scenarios[0].status, "inconclusive") << run.ToString();
  EXPECT_THAT(run.scenarios[0].error, testing::HasSubstr("in use by another program")) << run.ToString();
}

struct Blocked {
  const char* name;
  const char* kind;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Blocked& blocked) { return stream << blocked.name; }

class BlockedTest : public testing::TestWithParam<Blocked> {};

TEST_P(BlockedTest, IsFoundConfirmedLocatedAndReplayed) {
  const ProgramRun run = RunScenarios("Blocked." + std::string(GetParam().name), "schedules=2000;seed=1");
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_EQ(finding.kind, GetParam().kind) << run.ToString();
  EXPECT_THAT(finding.message, testing::HasSubstr(GetParam().message));
  EXPECT_TRUE(finding.is_confirmed);
  const std::vector<int> marked = MarkedLines(kSource, "// " + std::string(GetParam().name));
  const auto lines = LinesIn(run, finding, "descriptors.cc");
  EXPECT_FALSE(lines.empty());
  for (const std::vector<int>& stack : lines) {
    ASSERT_FALSE(stack.empty()) << run.ToString();
    const bool is_marked = std::any_of(stack.begin(), stack.end(), [&](int line) {
      return std::find(marked.begin(), marked.end(), line) != marked.end();
    });
    EXPECT_TRUE(is_marked) << run.ToString();
  }
  const ProgramRun replay =
      RunScenarios("Blocked." + std::string(GetParam().name), "replay=" + finding.schedule + ";repeat=20");
  ASSERT_EQ(replay.findings.size(), 1u) << replay.ToString();
  EXPECT_EQ(replay.TheFinding().event_hash, finding.event_hash);
  EXPECT_EQ(replay.TheFinding().reproduced, 20);
}

constexpr Blocked kBlocked[] = {
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
