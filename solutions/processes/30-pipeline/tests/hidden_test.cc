// The tests that students do not see. As in the public ones, all that is expected holds in every schedule of a right
// program. That no process is left over is looked after by the framework, in every test.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"
#include "stages.h"

namespace exercise {
namespace {

using Words = std::vector<std::string>;

std::string ToText(const std::set<int>& descriptors) {
  std::string text;
  for (const int fd : descriptors) text += " " + std::to_string(fd);
  return text;
}

// What is more than four pipes and the stages can hold: nobody may write all of it before somebody reads.
SCHEDULE_TEST(Big, FlowsThroughWhileItIsWritten) {
  const std::string input(400'000, 'x');
  const Result result = RunPipeline({Cat}, input);
  EXPECT_EQ(result.out.size(), input.size());
  EXPECT_EQ(result.status, Words{"exit 0"});
}

SCHEDULE_TEST(Big, FlowsThroughTwoStages) {
  const std::string input = std::string(200'000, 'x') + std::string(300'000, 'y');
  const Result result = RunPipeline({Cat, Cat}, input);
  EXPECT_EQ(result.out == input, true) << "of " << input.size() << " bytes " << result.out.size() << " came out";
  EXPECT_EQ(result.status, (Words{"exit 0", "exit 0"}));
}

SCHEDULE_TEST(Chain, OfSix) {
  const Result result = RunPipeline(std::vector<Work>(6, Cat), "far");
  EXPECT_EQ(result.out, "far");
  EXPECT_EQ(result.status, Words(6, "exit 0"));
}

SCHEDULE_TEST(Early, FirstStageReadsNothing) {
  const Result result = RunPipeline({[] { return 4; }}, std::string(100'000, 'x'));
  EXPECT_EQ(result.status, Words{"exit 4"});
  EXPECT_EQ(result.out, "");
}

SCHEDULE_TEST(Early, FirstStageReadsALittle) {
  const Result result = RunPipeline({[] {
                                      char letter;
                                      return read(0, &letter, 1) == 1 && Say({&letter, 1}) ? 0 : 1;
                                    }},
                                    std::string(300'000, 'x'));
  EXPECT_EQ(result.status, Words{"exit 0"});
  EXPECT_EQ(result.out, "x");
}

SCHEDULE_TEST(Early, WhoSpeaksToNobodyDies) {
  const auto speak_for_ever = [] {
    const std::string text(30'000, 'y');
    while (Say(text)) {
    }
    return 1;
  };
  const auto take_one = [] {
    char letter;
    return read(0, &letter, 1) == 1 && Say({&letter, 1}) ? 0 : 1;
  };
  const Result result = RunPipeline({speak_for_ever, take_one}, "");
  EXPECT_EQ(result.out, "y");
  EXPECT_EQ(result.status, (Words{"signal " + std::to_string(SIGPIPE), "exit 0"}));
}

SCHEDULE_TEST(Closed, CallerWithoutInput) {
  close(0);
  const Result result = RunPipeline({Shout, Cat}, "ada");
  EXPECT_EQ(result.out, "ADA");
  EXPECT_EQ(result.status, (Words{"exit 0", "exit 0"}));
}

SCHEDULE_TEST(Closed, CallerWithoutOutput) {
  close(1);
  const Result result = RunPipeline({Shout, Cat}, "ben");
  EXPECT_EQ(result.out, "BEN");
  EXPECT_EQ(result.status, (Words{"exit 0", "exit 0"}));
}

SCHEDULE_TEST(Closed, CallerWithoutBoth) {
  close(0);
  close(1);
  const Result result = RunPipeline({Shout, Cat}, "eve");
  EXPECT_EQ(result.out, "EVE");
  EXPECT_EQ(result.status, (Words{"exit 0", "exit 0"}));
}

SCHEDULE_TEST(Descriptors, CallerHasNoMoreThanBefore) {
  const std::set<int> before = OpenDescriptors();
  RunPipeline({Cat, Cat}, "x");
  EXPECT_EQ(ToText(OpenDescriptors()), ToText(before)) << "what the caller has open after the call, and before";
}

SCHEDULE_TEST(Descriptors, StagesHaveNoneOfThePipes) {
  const std::set<int> before = OpenDescriptors();
  const auto look = [&] {
    for (const int fd : OpenDescriptors()) {
      if (!before.contains(fd)) return fd;
    }
    return 0;
  };
  EXPECT_EQ(RunPipeline({look, look, look}, "").status, (Words{"exit 0", "exit 0", "exit 0"}))
      << "the status is the number of a descriptor above 2 that the stage has open";
}

// A child of the caller's own is none of the pipeline's business.
SCHEDULE_TEST(Children, OthersAreLeftAlone) {
  const pid_t stranger = fork();
  if (stranger == 0) _exit(9);
  const Result result = RunPipeline({[] { return 5; }}, "");
  EXPECT_EQ(result.status, Words{"exit 5"});
  int status = 0;
  EXPECT_EQ(waitpid(stranger, &status, 0), stranger) << "somebody else has waited for the caller's own child";
  EXPECT_EQ(WEXITSTATUS(status), 9);
}

SCHEDULE_TEST(OnlyThree, WhateverTheCallerHasOpen) {
  const std::set<int> before = OpenDescriptors();
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const auto look = [&] {
    for (const int fd : OpenDescriptors()) {
      if (!before.contains(fd)) return fd;
    }
    return 0;
  };
  EXPECT_EQ(RunPipeline({look}, "").status, Words{"exit 0"})
      << "the status is the number of a descriptor above 2 that the stage has open";
  EXPECT_GE(fcntl(ends[0], F_GETFD), 0) << "the caller's own descriptors are to stay open";
  EXPECT_GE(fcntl(ends[1], F_GETFD), 0) << "the caller's own descriptors are to stay open";
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace exercise
