// Whole programs under control: how they end, and that what one execution does to files, arguments and descriptors, the
// next does not see, and nothing of it is left afterwards. Convinces by programs that assert what they find at their
// start, run hundreds of times, and by comparing the folder before and after.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kWholePrograms = fs::path(RACECOURSE_ENGINE_PROGRAMS) / "whole";

// A folder of its own as the working directory, while it lives.
class Folder {
 public:
  Folder() : before_(fs::current_path()) {
    std::string pattern = (fs::temp_directory_path() / "whole-programs.XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    fs::current_path(path_);
  }
  ~Folder() {
    fs::current_path(before_);
    fs::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // Every path below, with what it holds.
  std::map<std::string, std::string> Contents() const {
    std::map<std::string, std::string> contents;
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      const std::string name = entry.path().lexically_relative(path_);
      if (entry.is_symlink()) {
        contents[name] = "-> " + fs::read_symlink(entry.path()).string();
      } else if (entry.is_directory()) {
        contents[name] = "folder";
      } else {
        std::ifstream stream(entry.path());
        contents[name] = std::to_string(static_cast<int>(entry.status().permissions())) + " " +
                         std::string(std::istreambuf_iterator<char>(stream), {});
      }
    }
    return contents;
  }

 private:
  fs::path before_;
  fs::path path_;
};

void FillFolder() {
  std::ofstream("kept.txt") << "original\n";
  fs::permissions("kept.txt", fs::perms::owner_all);
  std::ofstream("removed.txt") << "here\n";
  fs::create_directory("folder");
  std::ofstream("folder/inner.txt") << "inner\n";
  fs::create_symlink("kept.txt", "link");
}

TEST(Files, AreTheSameInEveryExecutionAndAfterwards) {
  const Folder folder;
  FillFolder();
  const auto before = folder.Contents();
  ASSERT_EQ(before.size(), 5u);
  const ProgramRun run = RunProgram(kWholePrograms / "changes_files", "schedules=200");
  EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
  EXPECT_EQ(run.TheScenario().executions, 200u);
  EXPECT_EQ(folder.Contents(), before);
}

TEST(Files, ArePutBackAfterAnExecutionThatFails) {
  const Folder folder;
  FillFolder();
  const auto before = folder.Contents();
  const ProgramRun run = RunProgram(kWholePrograms / "changes_files", "schedules=200", {"fail"});
  EXPECT_EQ(run.Kind(), "assertion") << run.ToString();
  EXPECT_EQ(folder.Contents(), before);
}

TEST(Files, AreNotChangedWhileOtherExplorersShareThem) {
  const Folder folder;
  FillFolder();
  const auto before = folder.Contents();
  const ProgramRun run = RunProgram(kWholePrograms / "changes_files", "schedules=200;shares_files=1");
  EXPECT_EQ(run.TheScenario().status, "inconclusive") << run.ToString();
  EXPECT_THAT(run.TheScenario().strength + run.TheScenario().error, HasSubstr("only one explorer at a time"));
  EXPECT_EQ(folder.Contents(), before);
}

ProgramRun RunEnding(const std::string& way) { return RunProgram(kWholePrograms / "ends", "schedules=300", {way}); }

class ProgramsEnd : public testing::TestWithParam<std::string> {};
TEST_P(ProgramsEnd, IsNoFailure) {
  const ProgramRun run = RunEnding(GetParam());
  EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
}
INSTANTIATE_TEST_SUITE_P(Ways, ProgramsEnd,
                         testing::Values("handlers", "joins_in_a_destructor", "detached_uses_nothing", "quick_exit",
                                         "exit_at_once", "exits_in_a_thread", "exits_twice", "last_thread",
                                         "always_fails"),
                         [](const auto& info) { return info.param; });

TEST(ProgramsEnd, DestroysGlobalsWhileDetachedThreadsRun) {
  const ProgramRun run = RunEnding("detached_uses_a_destroyed_global");
  EXPECT_THAT(run.Kind(), testing::AnyOf("data_race", "use_after_free")) << run.ToString();
}

TEST(ProgramsEnd, RunsHandlersUnderControl) { EXPECT_EQ(RunEnding("fails_in_a_handler").Kind(), "assertion"); }

TEST(ExitStatus, ThatTheScheduleDecidesIsAFailure) {
  const ProgramRun run = RunEnding("sometimes_fails");
  ASSERT_EQ(run.Kind(), "output") << run.ToString();
  EXPECT_TRUE(run.TheFinding().is_confirmed);
  EXPECT_THAT(run.TheFinding().message, HasSubstr("exit status 1"));
  const ProgramRun replay =
      RunProgram(kWholePrograms / "ends", "replay=" + run.TheFinding().schedule + ";repeat=5", {"sometimes_fails"});
  EXPECT_EQ(replay.Kind(), "output") << replay.ToString();
  EXPECT_EQ(replay.TheFinding().reproduced, 5);
}

TEST(ExitStatus, IsNotJudgedWhereOneSaysSo) {
  const ProgramRun run = RunProgram(kWholePrograms / "ends", "schedules=300;ignore_exit_status=1", {"sometimes_fails"});
  EXPECT_EQ(run.TheScenario().status, "passed") << run.ToString();
}

}  // namespace
}  // namespace racecourse::engine_test
