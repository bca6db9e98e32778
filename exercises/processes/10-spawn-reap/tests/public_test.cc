// The tests you can read. Each body runs once per schedule: the framework decides again and again, and differently
// each time, which process moves next. What a body expects is true in every schedule of a right program.
//
// That no process is left over is looked after by the framework, in every test.

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using Words = std::vector<std::string>;

// Programs that end with the status, or by the signal, that they are told.
void AddProgramsThatEnd() {
  AddProgram("exit", [](const Words& argv) { return std::stoi(argv[1]); });
  AddProgram("die", [](const Words& argv) {
    raise(std::stoi(argv[1]));
    return 0;
  });
}

std::string Run(const CommandLine& command) {
  const auto launcher = MakeLauncher();
  return launcher->Wait(launcher->Start(command));
}

SCHEDULE_TEST(Ends, WithAStatus) {
  AddProgramsThatEnd();
  EXPECT_EQ(Run({{"exit", "0"}, "", {}}), "exit 0");
  EXPECT_EQ(Run({{"exit", "7"}, "", {}}), "exit 7");
}

SCHEDULE_TEST(Ends, ByASignal) {
  AddProgramsThatEnd();
  EXPECT_EQ(Run({{"die", std::to_string(SIGTERM)}, "", {}}), "signal " + std::to_string(SIGTERM));
}

SCHEDULE_TEST(Ends, InAnyOrder) {
  AddProgramsThatEnd();
  const auto launcher = MakeLauncher();
  const pid_t first = launcher->Start({{"exit", "1"}, "", {}});
  const pid_t second = launcher->Start({{"exit", "2"}, "", {}});
  EXPECT_EQ(launcher->Wait(second), "exit 2");
  EXPECT_EQ(launcher->Wait(first), "exit 1");
}

SCHEDULE_TEST(Surroundings, AreWhatTheCommandSays) {
  char before[256];
  EXPECT_NE(getcwd(before, sizeof before), nullptr);
  AddProgram("look", [](const Words& argv) {
    char folder[256];
    EXPECT_EQ(argv, (Words{"look", "around"}));
    EXPECT_NE(getcwd(folder, sizeof folder), nullptr);
    EXPECT_STREQ(folder, "/");
    const char* value = getenv("RACECOURSE_GREETING");
    EXPECT_STREQ(value == nullptr ? "nothing" : value, "good morning");
    return 0;
  });
  EXPECT_EQ(Run({{"look", "around"}, "/", {{"RACECOURSE_GREETING", "good morning"}}}), "exit 0");
  char after[256];
  EXPECT_STREQ(getcwd(after, sizeof after), before) << "the caller stays where it was";
  EXPECT_EQ(getenv("RACECOURSE_GREETING"), nullptr) << "the caller's surroundings are its own";
}

SCHEDULE_TEST(Missing, IsAnErrorAndNotAnEnd) {
  int returns = 0;
  const std::string end = Run({{"no such program"}, "", {}});
  ++returns;
  EXPECT_EQ(end, "error " + std::to_string(ENOENT));
  EXPECT_EQ(returns, 1);
}

SCHEDULE_TEST(Missing, IsNotTheStatus127) {
  AddProgramsThatEnd();
  EXPECT_EQ(Run({{"exit", "127"}, "", {}}), "exit 127");
}

SCHEDULE_TEST(Missing, MayBeTheFolder) {
  AddProgramsThatEnd();
  EXPECT_EQ(Run({{"exit", "0"}, "/no such folder", {}}), "error " + std::to_string(ENOENT));
}

SCHEDULE_TEST(All, ResultsAreInTheOrderOfTheCommands) {
  AddProgramsThatEnd();
  const auto launcher = MakeLauncher();
  const Words results =
      launcher->RunAll({{{"exit", "1"}, "", {}}, {{"no such program"}, "", {}}, {{"exit", "3"}, "", {}}}, 2);
  EXPECT_EQ(results, (Words{"exit 1", "error " + std::to_string(ENOENT), "exit 3"}));
}

// Files this time: the kernel replaces what is in the process by the shell.
SCHEDULE_TEST(System, ShellEndsWithItsStatus) {
  EXPECT_EQ(Run({{"/bin/sh", "-c", "exit 3"}, "", {}}), "exit 3");
  EXPECT_EQ(Run({{"/bin/sh", "-c", "kill -KILL $$"}, "", {}}), "signal " + std::to_string(SIGKILL));
}

SCHEDULE_TEST(System, ShellIsWhereItWasStarted) {
  const Words look = {"/bin/sh", "-c", "test \"$PWD\" = / && test \"$RACECOURSE_GREETING\" = hello"};
  EXPECT_EQ(Run({look, "/", {{"RACECOURSE_GREETING", "hello"}}}), "exit 0");
}

SCHEDULE_TEST(System, WhatIsNoProgramCannotBeLoaded) {
  EXPECT_EQ(Run({{"/no/such/program"}, "", {}}), "error " + std::to_string(ENOENT));
  EXPECT_EQ(Run({{"/etc/passwd"}, "", {}}), "error " + std::to_string(EACCES));
}

}  // namespace
}  // namespace exercise
