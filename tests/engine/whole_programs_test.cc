// Whole programs under control: what one execution does to files, arguments and descriptors, the next does not see, and
// nothing of it is left afterwards. Convinces by programs that assert what they find at their start, run hundreds of
// times, and by comparing the folder before and after.

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

}  // namespace
}  // namespace racecourse::engine_test
