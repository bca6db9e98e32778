// What processes share and what they must not, beyond fork and pipes: programs of several processes of which the
// correct ones pass their whole budget, and the broken ones are found at a marked line and replayed with the same event
// hash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/broken_scenario.h"

namespace racecourse::engine_test {
namespace {

struct Correct {
  const char* program;
  const char* suite;
  std::size_t scenarios;  // at least
};

constexpr Correct kCorrect[] = {
    {"isolation", "Isolated", 3},
    {"faults", "Faults", 7},
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
  BrokenScenario scenario;
};

std::ostream& operator<<(std::ostream& stream, const Broken& broken) { return stream << broken.scenario; }

class BrokenTest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenTest, IsFoundConfirmedLocatedAndReplayed) {
  ExpectFoundLocatedAndReplayed(GetParam().scenario, {.program = GetParam().program});
}

constexpr Broken kBroken[] = {
    {"faults", {"OneReadIsEnough", "assertion", "kSize"}},
    {"faults", {"InterruptedReadIsTheEnd", "assertion", "0"}},
    {"faults", {"SleepIsNeverInterrupted", "assertion", "sleep(1)"}},
    {"faults", {"ForkAlwaysSucceeds", "assertion", "child"}},
    {"faults", {"ChildDiesWithTheSemaphore", "deadlock", "semaphore"}},
    {"ipc", {"FlockInOppositeOrders", "deadlock", "waits for file#"}},
    {"ipc", {"LockedByOneOfTwo", "data_race", "nothing orders"}},
    {"ipc", {"SemaphoreOfTheKilled", "deadlock", "semaphore set#"}},
    {"ipc", {"RaceInASegment", "data_race", "nothing orders"}},
    {"ipc", {"NobodySends", "deadlock", "message queue#"}},
    {"ipc", {"QueueIsFull", "deadlock", "message queue#"}},
    {"ipc", {"SegmentIsLeft", "leak", "the System V shared memory with the id"}},
    {"ipc", {"SetIsLeft", "leak", "the System V semaphore set with the id"}},
    {"ipc", {"MessageQueueIsLeft", "leak", "the message queue '/more'"}},
    {"isolation", {"PipeIsLeftOpen", "descriptor_leak", "(pipe#"}},
    {"isolation", {"FileIsLeftOpen", "descriptor_leak", "(/dev/null)"}},
    {"isolation", {"ChildInheritsTooMuch", "descriptor_leak", "child process 1"}},
    {"isolation", {"MemoryIsShared", "isolation_breach", "not isolated"}},
    {"isolation", {"OffsetIsShared", "isolation_breach", "not isolated"}},
    {"isolation", {"SharedMemoryIsLeft", "leak", "the shared memory '/left'"}},
    {"isolation", {"SemaphoreIsLeft", "leak", "the named semaphore '/left'"}},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenTest, testing::ValuesIn(kBroken),
                         [](const auto& info) { return std::string(info.param.scenario.name); });

}  // namespace
}  // namespace racecourse::engine_test
