// The tests you can read. Each body runs once per schedule: the framework decides again and again, and differently
// each time, which process moves next. What a body expects is true in every schedule of a right program.
//
// A stage is a function here, but it runs in a process of its own: what it does to variables nobody else sees. An
// EXPECT in a stage counts as one in the test.

#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"
#include "stages.h"

namespace exercise {
namespace {

using Words = std::vector<std::string>;

SCHEDULE_TEST(One, StageGetsTheInputAndItsEnd) {
  const Result result = RunPipeline({Count}, "seven..");
  EXPECT_EQ(result.out, "7");
  EXPECT_EQ(result.status, Words{"exit 0"});
}

SCHEDULE_TEST(One, StageMayGetNothing) {
  const Result result = RunPipeline({Count}, "");
  EXPECT_EQ(result.out, "0");
  EXPECT_EQ(result.status, Words{"exit 0"});
}

SCHEDULE_TEST(One, StageHasAnExitStatus) {
  EXPECT_EQ(RunPipeline({[] { return 3; }}, "").status, Words{"exit 3"});
}

SCHEDULE_TEST(One, StageMayDieOfASignal) {
  const Result result = RunPipeline({[] {
                                      Say("last words");
                                      abort();
                                      return 0;
                                    }},
                                    "");
  EXPECT_EQ(result.out, "last words");
  EXPECT_EQ(result.status, Words{"signal " + std::to_string(SIGABRT)});
}

SCHEDULE_TEST(One, StageIsAProcess) {
  int number = 1;
  const pid_t caller = getpid();
  const Result result = RunPipeline({[&] {
                                      number = 2;
                                      return getpid() != caller && getppid() == caller ? 0 : 1;
                                    }},
                                    "");
  EXPECT_EQ(result.status, Words{"exit 0"}) << "the stage is to be a child process of the caller";
  EXPECT_EQ(number, 1) << "what a stage does to its memory stays there";
}

SCHEDULE_TEST(Chain, SecondReadsWhatTheFirstWrites) {
  const Result result = RunPipeline({Shout, Cat}, "ada");
  EXPECT_EQ(result.out, "ADA");
  EXPECT_EQ(result.status, (Words{"exit 0", "exit 0"}));
}

SCHEDULE_TEST(Chain, StatusesAreInTheOrderOfTheStages) {
  const auto say_and_return = [](int status) {
    return [status] {
      Cat();
      Say(std::to_string(status));
      return status;
    };
  };
  const Result result = RunPipeline({say_and_return(1), say_and_return(2), say_and_return(3)}, "0");
  EXPECT_EQ(result.out, "0123");
  EXPECT_EQ(result.status, (Words{"exit 1", "exit 2", "exit 3"}));
}

// A pipe holds 65,536 bytes. Who writes more waits until somebody reads.
SCHEDULE_TEST(Together, AStageSaysMoreThanAPipeHolds) {
  const auto speak = [] { return Say(std::string(100'000, 'x')) ? 0 : 1; };
  const Result result = RunPipeline({speak, Count}, "");
  EXPECT_EQ(result.out, "100000");
  EXPECT_EQ(result.status, (Words{"exit 0", "exit 0"}));
}

SCHEDULE_TEST(Together, TheLastStageSaysMoreThanAPipeHolds) {
  const auto speak = [] { return Say(std::string(100'000, 'x')) ? 0 : 1; };
  const Result result = RunPipeline({speak}, "");
  EXPECT_EQ(result.out.size(), 100'000u);
  EXPECT_EQ(result.status, Words{"exit 0"});
}

}  // namespace
}  // namespace exercise
