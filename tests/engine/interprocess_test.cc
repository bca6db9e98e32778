// What processes share and what they must not, beyond fork and pipes: programs of several processes of which the
// correct ones pass their whole budget, and the broken ones are found at a marked line and replayed with the same event
// hash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

ProgramRun RunScenarios(const std::string& program, const std::string& filter, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / program, orders, {"--gtest_filter=" + filter});
}

struct Correct {
  const char* program;
  const char* suite;
  std::size_t scenarios;  // at least
};

constexpr Correct kCorrect[] = {
    {"isolation", "Isolated", 3},
    {"faults", "Faults", 6},
    {"ipc", "Ipc", 14},
};

TEST(Interprocess, CorrectProgramsPass) {
  for (const Correct& correct : kCorrect) {
    const ProgramRun run = RunScenarios(correct.program, std::string(correct.suite) + ".*", "schedules=1000;seed=1");
    EXPECT_THAT(run.findings, testing::IsEmpty()) << run.ToString();
    EXPECT_EQ(run.exit_status, 0) << run.ToString();
    EXPECT_GE(run.scenarios.size(), correct.scenarios);
    for (const auto& scenario : run.scenarios) EXPECT_EQ(scenario.status, "passed") << run.ToString();
  }
}

struct Broken {
  const char* program;
  const char* name;
  const char* kind;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Broken& broken) { return stream << broken.name; }

class BrokenTest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenTest, IsFoundConfirmedLocatedAndReplayed) {
  const std::string file = std::string(GetParam().program) + ".cc";
  const std::string filter = "Broken." + std::string(GetParam().name);
  const ProgramRun run = RunScenarios(GetParam().program, filter, "schedules=2000;seed=1");
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_EQ(finding.kind, GetParam().kind) << run.ToString();
  EXPECT_THAT(finding.message, testing::HasSubstr(GetParam().message));
  EXPECT_TRUE(finding.is_confirmed);
  const std::vector<int> marked =
      MarkedLines(std::filesystem::path(RACECOURSE_SOURCE_DIR "/tests/engine/programs") / file,
                  "// " + std::string(GetParam().name));
  const auto lines = LinesIn(run, finding, file);
  bool is_marked = false;
  for (const std::vector<int>& stack : lines) {
    for (const int line : stack) is_marked |= std::find(marked.begin(), marked.end(), line) != marked.end();
  }
  EXPECT_TRUE(is_marked) << run.ToString();
  const ProgramRun replay = RunScenarios(GetParam().program, filter, "replay=" + finding.schedule + ";repeat=20");
  ASSERT_EQ(replay.findings.size(), 1u) << replay.ToString();
  EXPECT_EQ(replay.TheFinding().event_hash, finding.event_hash);
  EXPECT_EQ(replay.TheFinding().reproduced, 20);
}

constexpr Broken kBroken[] = {
    {"faults", "OneReadIsEnough", "assertion", "kSize"},
    {"faults", "InterruptedReadIsTheEnd", "assertion", "0"},
    {"faults", "ForkAlwaysSucceeds", "assertion", "child"},
    {"faults", "ChildDiesWithTheSemaphore", "deadlock", "semaphore"},
    {"ipc", "FlockInOppositeOrders", "deadlock", "waits for file#"},
    {"ipc", "LockedByOneOfTwo", "data_race", "nothing orders"},
    {"ipc", "SemaphoreOfTheKilled", "deadlock", "semaphore set#"},
    {"ipc", "RaceInASegment", "data_race", "nothing orders"},
    {"ipc", "NobodySends", "deadlock", "message queue#"},
    {"ipc", "QueueIsFull", "deadlock", "message queue#"},
    {"ipc", "SegmentIsLeft", "leak", "the System V shared memory with the id"},
    {"ipc", "SetIsLeft", "leak", "the System V semaphore set with the id"},
    {"ipc", "MessageQueueIsLeft", "leak", "the message queue '/more'"},
    {"isolation", "PipeIsLeftOpen", "descriptor_leak", "(pipe#"},
    {"isolation", "FileIsLeftOpen", "descriptor_leak", "(/dev/null)"},
    {"isolation", "ChildInheritsTooMuch", "descriptor_leak", "child process 1"},
    {"isolation", "MemoryIsShared", "isolation_breach", "not isolated"},
    {"isolation", "OffsetIsShared", "isolation_breach", "not isolated"},
    {"isolation", "SharedMemoryIsLeft", "leak", "the shared memory '/left'"},
    {"isolation", "SemaphoreIsLeft", "leak", "the named semaphore '/left'"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenTest, testing::ValuesIn(kBroken),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
