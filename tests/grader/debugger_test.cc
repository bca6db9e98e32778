// Schedules in a debugger: convinces by sending commands to real debuggers and reading what they answer: the threads by
// the names of the report, the steps that the report shows, and the program's own lines.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grader/debug/address_map.h"
#include "grader/debug/plan.h"
#include "grader/system/file.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AddressMap, FindsAFunctionByItsNameAndOneOfManyByItsPlace) {
  const AddressMap map("main T 1000 40\nhelp t 1100 10\nhelp t 1200 10\ngone T 1300 10\nvalue D 9000 4\n",
                       "main T 2000 40\nhelp t 2100 10\nhelp t 2300 10\n");
  EXPECT_EQ(map.Find(0x1004), 0x2004u);
  EXPECT_EQ(map.Find(0x1108), 0x2108u);
  EXPECT_EQ(map.Find(0x1208), 0x2308u);
  EXPECT_EQ(map.Find(0x1304), std::nullopt);
  EXPECT_EQ(map.Find(0x10), std::nullopt);
}

class InDebugger : public ::testing::Test {
 protected:
  InDebugger() : directory_(*TemporaryDirectory::Create("debugger-test")) {}

  ProcessResult Run(std::vector<std::string> arguments, const std::string& input = "") {
    Command command;
    command.arguments = {GRADER_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.directory = directory_.path();
    command.environment = {"PATH=/usr/bin:/bin", absl::StrCat("HOME=", directory_.path().string()),
                           absl::StrCat("XDG_CACHE_HOME=", (directory_.path() / "cache").string())};
    command.input = input;
    auto result = RunProcess(command);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : ProcessResult();
  }

  // Builds ./program and ./program.debug, and finds the schedule that fails.
  std::string Schedule(const std::string& text) {
    EXPECT_TRUE(WriteFileAtomically(directory_.path() / "program.cc", text).ok());
    EXPECT_EQ(Run({"c++", "-std=c++20", "program.cc", "-o", "program"}).exit_code, 0);
    const ProcessResult built =
        Run({"c++", "-std=c++20", "--variant", "debugger", "program.cc", "-o", "program.debug"});
    EXPECT_EQ(built.exit_code, 0) << built.errors;
    const ProcessResult explored = Run({"explore", "--schedules", "500", "--", "./program"});
    std::smatch match;
    EXPECT_TRUE(std::regex_search(explored.output, match, std::regex("replay (rc1:\\w*)"))) << explored.output;
    return match[1];
  }

  std::string Debug(const std::string& debugger, const std::string& schedule, const std::string& commands) {
    const ProcessResult result =
        Run({"replay", schedule, "--debugger", debugger, "--program", "program.debug", "--", "./program"}, commands);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return result.output;
  }

  TemporaryDirectory directory_;
};

constexpr char kRace[] =
    "#include <mutex>\n#include <thread>\n"
    "struct Tally { int cells[4] = {}; int total = 0; std::mutex mutex; };\n"
    "void Work(Tally* tally) {\n"
    "  for (int i = 0; i < 4; ++i) {\n"
    "    std::lock_guard lock(tally->mutex);\n"
    "    tally->cells[i] = tally->cells[i] + 1;\n"
    "  }\n"
    "  tally->total = tally->total + 1;\n"
    "}\n"
    "int main() {\n"
    "  auto* tally = new Tally;\n"
    "  std::thread one(Work, tally), two(Work, tally);\n"
    "  one.join();\n  two.join();\n  delete tally;\n"
    "}\n";

TEST_F(InDebugger, GdbStopsAtBothAccessesOfARaceAndKnowsTheThreads) {
  if (FindProgram("gdb").empty()) GTEST_SKIP() << "gdb is not installed";
  const std::string said = Debug("gdb", Schedule(kRace),
                                 "info threads\nprint tally->total\nprint tally->cells[3]\nbt\ncontinue\n"
                                 "info threads\nprint tally->total\ncontinue\ncontinue\n");
  EXPECT_THAT(said,
              ContainsRegex("step [0-9]+ of the schedule: T[12], program.cc:9, [^\n]*earlier (read|write) of 4 bytes"));
  EXPECT_THAT(said,
              ContainsRegex("step [0-9]+ of the schedule: T[12], program.cc:9, [^\n]*this (read|write) of 4 bytes"));
  EXPECT_THAT(said, ContainsRegex("LWP [0-9]+\\) \"main\""));
  EXPECT_THAT(said, ContainsRegex("LWP [0-9]+\\) \"T1\""));
  EXPECT_THAT(said, ContainsRegex("LWP [0-9]+\\) \"T2\""));
  // The access is about to happen: all that comes before it has.
  EXPECT_THAT(said, HasSubstr("$1 = 0"));
  EXPECT_THAT(said, HasSubstr("$2 = 1"));
  EXPECT_THAT(said, HasSubstr("Work (tally="));
  EXPECT_THAT(said, HasSubstr("The schedule ends here: data race."));
  EXPECT_THAT(said, Not(HasSubstr("Not stopped at")));
}

constexpr char kDeadlock[] =
    "#include <mutex>\n#include <thread>\n"
    "std::mutex first, second;\n"
    "void Forward() {\n"
    "  std::lock_guard a(first);\n"
    "  std::lock_guard b(second);\n"
    "}\n"
    "void Backward() {\n"
    "  std::lock_guard b(second);\n"
    "  std::lock_guard a(first);\n"
    "}\n"
    "int main() {\n"
    "  std::thread one(Forward), two(Backward);\n"
    "  one.join();\n  two.join();\n"
    "}\n";

TEST_F(InDebugger, GdbShowsWhereEachThreadOfADeadlockWaits) {
  if (FindProgram("gdb").empty()) GTEST_SKIP() << "gdb is not installed";
  const std::string said = Debug("gdb", Schedule(kDeadlock),
                                 "tbreak exit\ncontinue\ncontinue\ncontinue\ncontinue\nthread apply all bt\nkill\n");
  EXPECT_THAT(said, ContainsRegex("a switch: T[12] could have gone on"));
  EXPECT_THAT(said, HasSubstr("The schedule ends here: deadlock."));
  EXPECT_THAT(said, ContainsRegex("T1 waits for [^,]*, held by T2, at program.cc:6"));
  EXPECT_THAT(said, ContainsRegex("Forward \\(\\) at [^ ]*program.cc:6"));
  EXPECT_THAT(said, ContainsRegex("Backward \\(\\) at [^ ]*program.cc:10"));
}

TEST_F(InDebugger, GdbFollowsAtomicsConditionsAndVirtualTime) {
  if (FindProgram("gdb").empty()) GTEST_SKIP() << "gdb is not installed";
  const std::string said = Debug(
      "gdb",
      Schedule("#include <atomic>\n#include <condition_variable>\n#include <mutex>\n#include <thread>\n"
               "std::mutex mutex; std::condition_variable changed; bool ready; std::atomic<int> count{0}; int plain;\n"
               "void Work() {\n"
               "  count.fetch_add(1);\n"
               "  std::this_thread::sleep_for(std::chrono::milliseconds(5));\n"
               "  { std::lock_guard lock(mutex); ready = true; }\n"
               "  changed.notify_one();\n"
               "  plain = 1;\n"
               "}\n"
               "int main() {\n"
               "  std::thread one(Work);\n"
               "  { std::unique_lock lock(mutex); changed.wait(lock, [] { return ready; }); }\n"
               "  plain = 2;\n"
               "  one.join();\n"
               "}\n"),
      "continue\ncontinue\ncontinue\ncontinue\ncontinue\ncontinue\n");
  EXPECT_THAT(said, ContainsRegex("program.cc:11, [^\n]*write of 4 bytes"));
  EXPECT_THAT(said, ContainsRegex("program.cc:16, [^\n]*write of 4 bytes"));
  EXPECT_THAT(said, HasSubstr("The schedule ends here: data race."));
  EXPECT_THAT(said, Not(HasSubstr("Not stopped at")));
}

constexpr char kTwoProcesses[] =
    "#include <sys/mman.h>\n#include <sys/wait.h>\n#include <unistd.h>\n#include <cstdlib>\n#include <thread>\n"
    "int value;\n"
    "int main() {\n"
    "  int ends[2];\n"
    "  if (pipe(ends) != 0) return 1;\n"
    "  const pid_t child = fork();\n"
    "  if (child == 0) {\n"
    "    const int sent = 17;\n"
    "    _exit(write(ends[1], &sent, sizeof sent) == sizeof sent ? 0 : 1);\n"
    "  }\n"
    "  int received = 0;\n"
    "  if (read(ends[0], &received, sizeof received) != sizeof received) return 1;\n"
    "  int status = 0;\n"
    "  if (waitpid(child, &status, 0) != child) return 1;\n"
    "  std::thread other([&] { value = received; });\n"
    "  value = 1;\n"
    "  other.join();\n"
    "}\n";

TEST_F(InDebugger, GdbFollowsTheFirstOfTwoProcesses) {
  if (FindProgram("gdb").empty()) GTEST_SKIP() << "gdb is not installed";
  const std::string said = Debug("gdb", Schedule(kTwoProcesses),
                                 "up\nprint received\nprint child\ncontinue\ncontinue\ncontinue\ncontinue\ncontinue\n");
  EXPECT_THAT(said, HasSubstr("17"));
  EXPECT_THAT(said, HasSubstr("The schedule ends here: data race."));
}

TEST_F(InDebugger, LldbStopsAtBothAccessesOfARaceAndKnowsTheThreads) {
  if (FindProgram("lldb-19").empty() && FindProgram("lldb").empty()) GTEST_SKIP() << "lldb is not installed";
  const std::string said = Debug("lldb", Schedule(kRace), "thread list\nbt\ncontinue\ncontinue\ncontinue\n");
  EXPECT_THAT(said,
              ContainsRegex("step [0-9]+ of the schedule: T[12], program.cc:9, [^\n]*earlier (read|write) of 4 bytes"));
  EXPECT_THAT(said,
              ContainsRegex("step [0-9]+ of the schedule: T[12], program.cc:9, [^\n]*this (read|write) of 4 bytes"));
  EXPECT_THAT(said, HasSubstr("name = 'main'"));
  EXPECT_THAT(said, HasSubstr("name = 'T1'"));
  EXPECT_THAT(said, HasSubstr("name = 'T2'"));
  EXPECT_THAT(said, HasSubstr("The schedule ends here: data race."));
}

TEST_F(InDebugger, GdbFollowsAFailureOfCheckAndShowsTheStudentsFile) {
  if (FindProgram("gdb").empty()) GTEST_SKIP() << "gdb is not installed";
  fs::copy(fs::path(RACECOURSE_SOURCE_DIR) / "solutions/threads/10-whiteboard-tally/wrong/b1-plain-add",
           directory_.path() / "mine");
  const ProcessResult checked = Run({"check", "mine", "--exercise", "whiteboard-tally"});
  std::smatch match;
  ASSERT_TRUE(std::regex_search(checked.output, match, std::regex("replay: racecourse replay (\\S+) mine")))
      << checked.output << checked.errors;
  const ProcessResult debugged =
      Run({"replay", match[1], "mine", "--debugger", "gdb"}, "info threads\ncontinue\ncontinue\ncontinue\ncontinue\n");
  EXPECT_EQ(debugged.exit_code, 0) << debugged.errors;
  EXPECT_THAT(debugged.output, ContainsRegex("LWP [0-9]+\\) \"T1\""));
  EXPECT_THAT(debugged.output, ContainsRegex("of the schedule: T[0-9], tally.h:[0-9]+, [^\n]*this (read|write) of"));
  EXPECT_THAT(debugged.output, HasSubstr("The schedule ends here: data race."));
}

TEST_F(InDebugger, SaysWhatIsMissing) {
  const std::string schedule = Schedule(kRace);
  const ProcessResult result = Run({"replay", schedule, "--debugger", "gdb", "--", "./program"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("--variant debugger"));
  EXPECT_EQ(Run({"replay", schedule, "--debugger", "dbx", "--", "./program"}).exit_code, 2);
}

}  // namespace
}  // namespace racecourse::grader
