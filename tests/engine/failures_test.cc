// Every way to fail survives with its schedule: the finding has the right kind and points at the right line, it was
// confirmed in a fresh process, and replaying its schedule a hundred times gives the same failure, with the same event
// hash, a hundred times.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

struct Failure {
  const char* name;
  const char* kind;
  const char* message;  // part of it
  bool has_line = true;
  int repeat = 100;
};

std::ostream& operator<<(std::ostream& stream, const Failure& failure) { return stream << failure.name; }

constexpr Failure kFailures[] = {
    {"DataRace", "data_race", "nothing orders the two accesses"},
    {"HarmlessRace", "data_race", "No harm came of it in 2,000 more schedules"},
    {"AbbaDeadlock", "deadlock", "held by"},
    {"SelfDeadlock", "deadlock", "which it holds itself"},
    {"ThreeWayDeadlock", "deadlock", "none of them can ever go on"},
    {"OwnerEnded", "deadlock", "which has ended without unlocking it"},
    {"NotifyBeforeWait", "lost_wakeup", "nobody was waiting yet"},
    {"NotifyWokeAnother", "lost_wakeup", ""},
    {"NotifyBeforeSet", "lost_wakeup", ""},
    {"AtomicNotifyMissing", "deadlock", "no thread is left that could wake it"},
    {"ExpectInMain", "assertion", "seen too early"},
    {"ExpectInThread", "assertion", "apples"},
    {"AssertInMain", "assertion", "seen"},
    {"AssertInThread", "assertion", "in a thread"},
    {"CAssert", "assertion", "Opaque(1) == 2"},
    {"UncaughtException", "crash", "the shop is closed"},
    {"JoinableDestroyed", "misuse", "joinable"},
    {"NullDereference", "crash", "null pointer"},
    {"StackOverflow", "crash", "end of its stack"},
    {"Abort", "crash", "calls abort"},
    {"UnderscoreExit", "misuse", "calls _exit"},
    {"Exit", "misuse", "calls exit"},
    {"RawExit", "crash", "exit status 0", false},
    {"RawKill", "crash", "signal 9", false},
    {"DivisionByZero", "crash", "division by zero"},
    {"DoubleFree", "double_free", "freed a second time"},
    {"UseAfterFree", "use_after_free", "already freed"},
    {"UseAfterFreeOfALargeBlock", "use_after_free", "already freed"},
    {"DeleteOfAnArray", "misuse", "releases with delete memory that was allocated with new[]"},
    {"FreeOfNew", "misuse", "allocated with new."},
    {"DeleteOfMalloc", "misuse", "allocated with malloc"},
    {"PlainDeleteOfAligned", "misuse", "extended alignment"},
    {"DeleteThroughABaseClass", "misuse", "without a virtual destructor"},
    {"Leak", "leak", "12 bytes on the heap are lost"},
    {"LeakOfARing", "leak", "In all, 2 blocks with 16 bytes"},
    {"LeakOfALargeBlock", "leak", "1000000 bytes on the heap are lost"},
    {"LocalOfAnEndedThread", "use_after_free", "of the stack of T1, which has ended"},
    {"AtomicOfAReturnedFunction", "use_after_free", "has returned"},
    {"FreeOfTheStack", "misuse", "does not come from the heap"},
    {"LoopWithoutMemory", "livelock", "never ends", true, 2},
    {"LoopWithMemory", "livelock", "memory accesses went by", true, 1},
    {"AtomicSpin", "livelock", "the very state it was in before"},
    {"YieldingSpin", "livelock", "the very state it was in before"},
    {"PlainSpin", "livelock", "the very state it was in before", true, 20},
    {"PollingLoop", "livelock", "the very state it was in before", true, 20},
    {"TwoLoops", "livelock", "main and T1 go round", true, 20},
    {"CountingLoop", "livelock", "under other schedules it ends", true, 1},
    {"BusySpin", "busy_wait", "100 ms went by", true, 20},
    {"BusyPoll", "busy_wait", "100 ms went by", true, 20},
    {"BusyYield", "busy_wait", "100 ms went by", true, 20},
    {"UnlockByAnother", "misuse", "another thread holds"},
    {"UnlockOfUnlocked", "misuse", "not locked"},
    {"JoinedTwice", "misuse", "joined or detached before"},
    {"JoinOfDetached", "misuse", "detached"},
    {"DestroyOfLocked", "misuse", "locked"},
    {"UseOfDestroyed", "misuse", "destroyed"},
    {"WaitWithoutTheMutex", "misuse", "does not hold"},
    {"StoppedChild", "misuse", "stopped children"},
    {"Signal", "crash", "SIGUSR1"},
    {"IllegalInstruction", "crash", "SIG"},
    {"NoexceptFunctionThrows", "crash", "int"},
    {"OutOfMemory", "crash", "bad_alloc"},
    {"Starved", "starvation", "overtaken"},
};

class FailureTest : public testing::TestWithParam<Failure> {};

ProgramRun RunFailure(const Failure& failure, const std::string& orders) {
  return RunProgram(std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "failures", orders,
                    {"--gtest_filter=Failure." + std::string(failure.name)});
}

TEST_P(FailureTest, IsFoundConfirmedLocatedAndReplayed) {
  const Failure& failure = GetParam();
  const ProgramRun run = RunFailure(failure, "schedules=2000;seed=1");
  ASSERT_EQ(run.findings.size(), 1u) << run.ToString();
  const Finding& finding = run.TheFinding();
  EXPECT_EQ(finding.kind, failure.kind) << run.ToString();
  EXPECT_THAT(finding.message, testing::HasSubstr(failure.message));
  EXPECT_TRUE(finding.is_confirmed);
  EXPECT_TRUE(run.is_complete);
  EXPECT_EQ(run.exit_status, 1) << run.ToString();

  EXPECT_FALSE(LinesIn(run, finding, "failures.cc").empty()) << run.ToString();
  if (failure.has_line) {
    const std::vector<int> marked =
        MarkedLines(RACECOURSE_SOURCE_DIR "/tests/engine/programs/failures.cc", "// " + std::string(failure.name));
    bool is_marked = false;
    for (const std::vector<int>& lines : LinesIn(run, finding, "failures.cc")) {
      is_marked |= !lines.empty() && std::find(marked.begin(), marked.end(), lines.front()) != marked.end();
    }
    EXPECT_TRUE(is_marked) << run.ToString();
  }

  const ProgramRun replay =
      RunFailure(failure, "replay=" + finding.schedule + ";repeat=" + std::to_string(failure.repeat));
  ASSERT_EQ(replay.findings.size(), 1u) << replay.ToString();
  EXPECT_EQ(replay.TheFinding().kind, finding.kind);
  EXPECT_EQ(replay.TheFinding().event_hash, finding.event_hash);
  EXPECT_EQ(replay.TheFinding().reproduced, failure.repeat) << replay.ToString();
  EXPECT_TRUE(replay.TheFinding().is_confirmed);
}

INSTANTIATE_TEST_SUITE_P(All, FailureTest, testing::ValuesIn(kFailures),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace racecourse::engine_test
