// `racecourse c++`, `cc` and `explore` on whole programs, with the real engine. Convinces by building as a user does,
// from several files, libraries of one's own and C beside C++, and by looking at what explore says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "grader/system/file.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class WholePrograms : public ::testing::Test {
 protected:
  WholePrograms() : directory_(*TemporaryDirectory::Create("whole-programs")) {}

  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(directory_.path() / name, text).ok());
  }

  ProcessResult Run(std::vector<std::string> arguments, std::string input = "") {
    Command command;
    command.arguments = {GRADER_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.directory = directory_.path();
    command.environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LD_LIBRARY_PATH=."};
    command.input = std::move(input);
    auto result = RunProcess(command);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : ProcessResult();
  }

  void Build(std::vector<std::string> arguments) {
    const ProcessResult result = Run(std::move(arguments));
    ASSERT_EQ(result.exit_code, 0) << result.output << result.errors;
  }

  Json Explore(const std::string& program, std::vector<std::string> options = {}, std::string input = "") {
    std::vector<std::string> arguments = {"explore", "--json", "--schedules", "100"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--", program});
    const ProcessResult result = Run(std::move(arguments), std::move(input));
    exit_code_ = result.exit_code;
    return Json::parse(result.output, nullptr, false);
  }

  TemporaryDirectory directory_;
  int exit_code_ = -1;
};

constexpr char kUsesLibrary[] =
    "#include <thread>\n"
    "extern \"C\" int Bump();\n"
    "extern \"C\" int counter;\n"
    "int main() { std::thread other([] { Bump(); }); Bump(); other.join(); return counter == 2 ? 0 : 1; }\n";

TEST_F(WholePrograms, WatchSharedLibrariesOfTheirOwn) {
  Write("main.cc", kUsesLibrary);
  Write("racy.c", "int counter; int Bump(void) { return ++counter; }\n");
  Write("clean.c",
        "#include <pthread.h>\nstatic pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;\nint counter;\n"
        "int Bump(void) { pthread_mutex_lock(&mutex); int n = ++counter; pthread_mutex_unlock(&mutex); return n; }\n");
  for (const std::string name : {"racy", "clean"}) {
    Build({"cc", "-shared", "-fPIC", name + ".c", "-o", "lib" + name + ".so"});
    Build({"c++", "-std=c++20", "main.cc", "-L.", "-l" + name, "-o", name});
  }
  const Json racy = Explore("./racy");
  EXPECT_EQ(racy["findings"][0]["kind"], "data_race") << racy.dump(1);
  EXPECT_EQ(exit_code_, 1);
  const Json clean = Explore("./clean");
  EXPECT_EQ(clean["status"], "passed") << clean.dump(1);
  EXPECT_EQ(exit_code_, 0);
}

TEST_F(WholePrograms, AreLinkedFromStaticLibrariesAndSeveralSources) {
  Write("main.cc", kUsesLibrary);
  Write("racy.c", "int counter; int Bump(void) { return ++counter; }\n");
  Build({"cc", "-c", "racy.c", "-O2", "-fPIE"});
  fs::rename(directory_.path() / "racy.o", directory_.path() / "other.o");
  Build({"c++", "main.cc", "-x", "c", "racy.c", "-o", "sources"});
  Build({"c++", "main.cc", "other.o", "-pie", "-O3", "-o", "objects"});
  EXPECT_EQ(Explore("./sources")["findings"][0]["kind"], "data_race");
  EXPECT_EQ(Explore("./objects")["findings"][0]["kind"], "data_race");
}

TEST_F(WholePrograms, ReadTheSameInputInEveryExecution) {
  Write("main.cc",
        "#include <iostream>\n#include <string>\n#include <thread>\n"
        "int main() { int lines = 0; std::string line; std::thread([] {}).join();\n"
        "  while (std::getline(std::cin, line)) ++lines; return lines == 2 ? 0 : 7; }\n");
  Build({"c++", "main.cc", "-o", "lines"});
  EXPECT_EQ(Explore("./lines", {}, "one\ntwo\n")["status"], "passed");
  EXPECT_EQ(Explore("./lines", {}, "one\n")["status"], "passed") << "a program may fail, if it always does";
}

TEST_F(WholePrograms, MayChangeFilesWhateverTheNumberOfJobs) {
  Write("main.cc",
        "#include <cassert>\n#include <fstream>\n#include <mutex>\n#include <thread>\n"
        "int main() { int seen = 0; std::ifstream(\"n.txt\") >> seen; assert(seen == 5); std::mutex mutex;\n"
        "  auto add = [&] { std::scoped_lock lock(mutex); ++seen; std::ofstream(\"n.txt\") << seen; };\n"
        "  std::thread other(add); add(); other.join(); std::ifstream(\"n.txt\") >> seen; return seen != 7; }\n");
  Write("n.txt", "5");
  Build({"c++", "-std=c++20", "main.cc", "-o", "files"});
  const Json result = Explore("./files", {"--jobs", "2"});
  EXPECT_EQ(result["status"], "passed") << result.dump(1);
  EXPECT_EQ(result["executions"], 100);
  EXPECT_EQ(*ReadFile(directory_.path() / "n.txt"), "5");
}

}  // namespace
}  // namespace racecourse::grader
