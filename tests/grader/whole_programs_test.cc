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

  // A course of whole programs, and what runs beside it of our own.
  void CopyCourse() {
    const fs::path source = RACECOURSE_SOURCE_DIR;
    fs::copy(source / "tests/grader/program_course", directory_.path() / "course", fs::copy_options::recursive);
    fs::create_directory_symlink(source / "framework", directory_.path() / "course/framework");
    environment_ = {"RACECOURSE_SOURCE_DIR=" + (directory_.path() / "course").string(),
                    "RACECOURSE_CACHE=" + (directory_.path() / "cache").string()};
  }

  ProcessResult Run(std::vector<std::string> arguments, std::string input = "") {
    Command command;
    command.arguments = {GRADER_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.directory = directory_.path();
    command.environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LD_LIBRARY_PATH=."};
    command.environment->insert(command.environment->end(), environment_.begin(), environment_.end());
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
  std::vector<std::string> environment_;
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

TEST_F(WholePrograms, GlobalsAreCalledByTheirNames) {
  Write("main.cc",
        "#include <mutex>\n#include <thread>\nnamespace { std::mutex first; }\nstd::mutex second;\n"
        "int main() {\n  std::thread other([] { std::scoped_lock a(first); std::scoped_lock b(second); });\n"
        "  { std::scoped_lock b(second); std::scoped_lock a(first); }\n  other.join();\n}\n");
  Build({"c++", "-std=c++20", "main.cc", "-o", "main"});
  const Json finding = Explore("./main")["findings"][0];
  EXPECT_EQ(finding["kind"], "deadlock") << finding.dump(1);
  const std::string message = finding["message"].get<std::string>();
  EXPECT_NE(message.find("waits for mutex 'first', held by T1"), std::string::npos) << message;
  EXPECT_NE(message.find("waits for mutex 'second', held by main"), std::string::npos) << message;
}

TEST_F(WholePrograms, LinesOfAnExecutedProgramComeFromItsOwnFile) {
  Write("launcher.cc",
        "#include <sys/wait.h>\n#include <unistd.h>\n"
        "int main() { if (fork() == 0) { execl(\"./worker\", \"worker\", nullptr); _exit(9); } wait(nullptr); }\n");
  Write("worker.cc",
        "#include <thread>\n#include <vector>\nstd::vector<int> other_code(10);\nint tally;\n"
        "int main() { std::thread other([] { ++tally; }); ++tally; other.join(); }\n");
  for (const std::string name : {"launcher", "worker"}) Build({"c++", "-std=c++20", name + ".cc", "-o", name});
  const Json finding = Explore("./launcher")["findings"][0];
  EXPECT_EQ(finding["kind"], "data_race") << finding.dump(1);
  for (const Json& stack : finding["stacks"]) {
    ASSERT_FALSE(stack["frames"].empty()) << finding.dump(1);
    const Json& frame = stack["frames"][0];
    EXPECT_NE(frame["file"].get<std::string>().find("worker.cc"), std::string::npos) << finding.dump(1);
    EXPECT_EQ(frame["line"], 5) << finding.dump(1);
  }
  EXPECT_NE(finding.dump().find("tally"), std::string::npos) << finding.dump(1);
}

TEST_F(WholePrograms, RunFreelyWithDelays) {
  const std::string program =
      "#include <cassert>\n#include <mutex>\n#include <thread>\nint n; std::mutex m;\n"
      "int Get() { std::scoped_lock l(m); return n; }\nvoid Set(int v) { std::scoped_lock l(m); n = v; }\n"
      "int main() {\n  auto add = [] { ADD; };\n"
      "  std::thread a(add), b(add);\n  a.join();\n  b.join();\n  assert(n == 2);\n}\n";
  Write("main.cc", program);
  Build({"c++", "--variant", "native", "-std=c++20", "-O2", "-pthread", "-DADD=Set(Get()+1)", "main.cc", "-o", "racy"});
  Build({"c++", "--variant", "native", "-std=c++20", "-O2", "-pthread", "-DADD=std::scoped_lock l(m);++n", "main.cc",
         "-o", "clean"});
  // Two lock operations lie between reading and writing; hundreds of runs with delays at both meet there, or nothing
  // does what it says.
  const ProcessResult racy = Run({"stress", "--json", "--runs", "2000", "--", "./racy"});
  EXPECT_EQ(racy.exit_code, 1) << racy.output << racy.errors;
  const Json found = Json::parse(racy.output, nullptr, false);
  EXPECT_LT(found["passed"], 2000) << racy.output;
  EXPECT_EQ(found["failures"][0]["ended"], "killed by SIGABRT") << racy.output;
  const ProcessResult clean = Run({"stress", "--runs", "50", "--seed", "7", "--", "./clean"});
  EXPECT_EQ(clean.exit_code, 0) << clean.output << clean.errors;
  EXPECT_NE(clean.output.find("50 ended with status 0"), std::string::npos) << clean.output;
}

TEST_F(WholePrograms, ThatStandStillAreStopped) {
  Write("main.cc", "#include <unistd.h>\nint main() { pause(); }\n");
  Build({"c++", "--variant", "native", "main.cc", "-o", "main"});
  const ProcessResult result = Run({"stress", "--json", "--runs", "1", "--seconds", "0.2", "--", "./main"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("stopped after"), std::string::npos) << result.output;
}

// Without faults both are right. The first takes part of a message for all of it, and its schedule replays; the second
// reads on.
TEST_F(WholePrograms, MeetTheFaultsThatTheUserAsksFor) {
  const std::string begin =
      "#include <sys/wait.h>\n#include <unistd.h>\n"
      "int main() {\n  int ends[2];\n  if (pipe(ends) != 0) return 1;\n"
      "  if (fork() == 0) _exit(write(ends[1], \"message\", 8) == 8 ? 0 : 1);\n  char text[8];\n";
  const std::string end = "  wait(nullptr);\n  return size == 8 ? 0 : 1;\n}\n";
  Write("once.cc", begin + "  long size = read(ends[0], text, 8);\n" + end);
  Write("on.cc", begin + "  long size = 0;\n  while (size < 8) size += read(ends[0], text + size, 8 - size);\n" + end);
  Build({"c++", "once.cc", "-o", "once"});
  Build({"c++", "on.cc", "-o", "on"});
  EXPECT_EQ(Explore("./once")["status"], "passed");
  EXPECT_EQ(Explore("./on", {"--faults", "short"})["status"], "passed");
  const Json once = Explore("./once", {"--faults", "short"});
  ASSERT_EQ(once["findings"].size(), 1u) << once.dump(1);
  EXPECT_EQ(once["findings"][0]["kind"], "output") << once.dump(1);
  const std::string schedule = once["findings"][0]["schedule"].get<std::string>();
  const ProcessResult replay = Run({"replay", schedule, "--faults", "short", "--", "./once"});
  EXPECT_EQ(replay.exit_code, 1) << replay.output << replay.errors;
  EXPECT_THAT(replay.output, HasSubstr("as the kernel may"));
  EXPECT_THAT(replay.output, HasSubstr("reproduced 1 of 1"));
  const ProcessResult said = Run({"explore", "--faults", "short,eintr", "--", "./once"});
  EXPECT_THAT(said.output, HasSubstr(" --faults short,eintr -- ./once"));
  const ProcessResult refused = Run({"explore", "--faults", "luck", "--", "./once"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("unknown fault 'luck'; known: short, eintr, fork, crash"));
  EXPECT_EQ(Run({"explore", "--faults", ",", "--", "./once"}).exit_code, 2);
  const ProcessResult of_a_test = Run({"replay", schedule, "--faults", "short"});
  EXPECT_EQ(of_a_test.exit_code, 2);
  EXPECT_THAT(of_a_test.errors, HasSubstr("--faults is for a whole program"));
  // What carries a schedule on threads of the operating system meets no faults, and must not say that it followed.
  const ProcessResult witness = Run({"explore", "--faults", "short", "--witness", "./on", "--", "./once"});
  EXPECT_EQ(witness.exit_code, 2);
  EXPECT_THAT(witness.errors, HasSubstr("--witness cannot follow"));
  const ProcessResult debugger =
      Run({"replay", schedule, "--faults", "short", "--debugger", "gdb", "--program", "./on", "--", "./once"});
  EXPECT_EQ(debugger.exit_code, 2);
  EXPECT_THAT(debugger.errors, HasSubstr("--debugger cannot follow"));
}

TEST_F(WholePrograms, AScheduleThatIsNoneIsTheUsersMistake) {
  Write("main.cc", "#include <thread>\nint main() { std::thread([] {}).join(); }\n");
  Build({"c++", "-std=c++20", "main.cc", "-o", "main"});
  const ProcessResult result = Run({"replay", "rc1:zz", "--", "./main"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.errors.find("cut short or has a bad digit"), std::string::npos) << result.errors;
  EXPECT_EQ(result.errors.find("engine failed"), std::string::npos) << result.errors;
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

TEST_F(WholePrograms, AreExercisesThatVerify) {
  CopyCourse();
  const ProcessResult verify = Run({"verify", "--schedules", "300"});
  EXPECT_EQ(verify.exit_code, 0) << verify.output << verify.errors;
  EXPECT_THAT(verify.output, HasSubstr("7 passed, 0 failed, 0 skipped"));
}

TEST_F(WholePrograms, AreCheckedByWhatTheyPrintAndReplayed) {
  CopyCourse();
  const std::string solutions = (directory_.path() / "course/solutions/threads/01-sum").string();
  const auto check = [&](const std::string& variant, int expected_status) {
    const ProcessResult result = Run({"check", solutions + variant, "--exercise", "sum", "--json"});
    EXPECT_EQ(result.exit_code, expected_status) << result.output << result.errors;
    return Json::parse(result.output, nullptr, false)["submissions"][0];
  };
  const Json right = check("/reference", 0);
  EXPECT_EQ(right["score"], 10) << right.dump(1);
  EXPECT_EQ(check("/also/atomic", 0)["checks"][0]["executions"], 300);

  const Json wrong = check("/wrong/prints-in-any-order", 1);
  const Json finding = wrong["checks"][0]["findings"][0];
  EXPECT_EQ(finding["kind"], "output");
  EXPECT_EQ(finding["message"], "Line 1 of the output is \"10sum \\n\", and should be \"sum 10\\n\".");
  EXPECT_EQ(finding["id"], "sum/sums/1");
  const std::vector<std::string> replay = {
      "replay", "sum/sums/1", solutions + "/wrong/prints-in-any-order", "--exercise", "sum", "--times", "3"};
  const ProcessResult replayed = Run(replay);
  EXPECT_EQ(replayed.exit_code, 1) << replayed.errors;
  EXPECT_THAT(replayed.output, HasSubstr("reproduced 3 of 3"));

  const Json status = check("/wrong/wrong-status", 1);
  EXPECT_EQ(status["checks"][0]["verdict"], "pass");
  EXPECT_EQ(status["checks"][1]["findings"][0]["message"],
            "The program ends with exit status 1, and should end with 2.");

  fs::create_directories(directory_.path() / "nothing");
  Write("nothing/sum.cc", "int helper() { return 0; }\n");
  const ProcessResult nothing = Run({"check", "nothing", "--exercise", "sum", "--json"});
  EXPECT_EQ(Json::parse(nothing.output)["submissions"][0]["status"], "does_not_compile") << nothing.output;
}

TEST_F(WholePrograms, AreGradedAsAClass) {
  CopyCourse();
  const fs::path variants = directory_.path() / "course/solutions/threads/01-sum/wrong";
  const ProcessResult grade = Run({"grade", variants.string(), "--exercise", "sum", "--out", "out"});
  EXPECT_EQ(grade.exit_code, 1) << grade.errors;
  const Json json = Json::parse(*ReadFile(directory_.path() / "out/results.json"));
  ASSERT_EQ(json["submissions"].size(), 4u);
  EXPECT_EQ(json["submissions"][0]["checks"][0]["findings"][0]["kind"], "crash") << json["submissions"][0].dump(1);
}

}  // namespace
}  // namespace racecourse::grader
