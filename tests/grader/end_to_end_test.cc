// How this convinces: the real command line compiles, runs and grades submissions to a small course, with only the
// engine replaced by one that plays each outcome on demand. Exit status, JSON and text are looked at from outside.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "grader/system/file.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class EndToEnd : public ::testing::Test {
 protected:
  EndToEnd() : directory_(*TemporaryDirectory::Create("end-to-end")) {
    course_ = directory_.path() / "course";
    fs::copy(fs::path(RACECOURSE_SOURCE_DIR) / "tests/grader/course", course_, fs::copy_options::recursive);
  }

  ProcessResult Run(std::vector<std::string> arguments) {
    Command command;
    command.arguments = {GRADER_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.directory = directory_.path();
    // One cache for all tests, so that only the first compiles the course's own files.
    const std::string cache =
        (fs::temp_directory_path() / ("racecourse-end-to-end-cache-" + std::to_string(getuid()))).string();
    command.environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "RACECOURSE_CACHE=" + cache,
                           "RACECOURSE_SOURCE_DIR=" + course_.string(), "RACECOURSE_RUNTIME_DIR=" FAKE_RUNTIME_DIR};
    auto result = RunProcess(command);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : ProcessResult();
  }

  // A submission that answers this.
  std::string Submit(const std::string& name, const std::string& text) {
    const fs::path folder = directory_.path() / name;
    fs::create_directories(folder);
    EXPECT_TRUE(WriteFileAtomically(folder / "answer.h", text).ok());
    return folder.string();
  }
  static std::string Answering(const std::string& answer) { return "inline int Answer() { return " + answer + "; }\n"; }

  Json Check(const std::string& folder, int expected_status) {
    const ProcessResult result = Run({"check", folder, "--json"});
    EXPECT_EQ(result.exit_code, expected_status) << result.output << result.errors;
    Json json = Json::parse(result.output, nullptr, false);
    EXPECT_EQ(json["schema"], "racecourse-results-1");
    return json["submissions"][0];
  }

  TemporaryDirectory directory_;
  fs::path course_;
};

TEST_F(EndToEnd, ListsExercises) {
  const ProcessResult text = Run({"list"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.output, HasSubstr("T1   answer"));
  const Json json = Json::parse(Run({"list", "--json"}).output);
  EXPECT_EQ(json["exercises"][0]["points"], 10);
}

TEST_F(EndToEnd, StartsAndNeverOverwrites) {
  EXPECT_EQ(Run({"start", "answer"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(directory_.path() / "answer/answer.h"));
  EXPECT_TRUE(fs::exists(directory_.path() / "answer/README.md"));
  EXPECT_THAT(*ReadFile(directory_.path() / "answer/.racecourse.toml"), HasSubstr("exercise = \"answer\""));
  const ProcessResult again = Run({"start", "answer"});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.errors, HasSubstr("is there already"));
}

TEST_F(EndToEnd, PassesARightSubmission) {
  const Json result = Check(Submit("mine", Answering("42")), 0);
  EXPECT_EQ(result["status"], "passed");
  EXPECT_EQ(result["score"], 10);
  EXPECT_EQ(result["checks"][0]["verdict"], "pass");
  EXPECT_EQ(result["checks"][0]["executions"], 100);
  EXPECT_EQ(result["checks"][0]["strength"], "schedules=100;seed=1") << "the orders reach the program";
}

TEST_F(EndToEnd, LeavesHiddenChecksOutWithoutSolutions) {
  fs::remove_all(course_ / "solutions");
  const Json result = Check(Submit("mine", Answering("42")), 0);
  EXPECT_EQ(result["max_score"], 7);
  EXPECT_EQ(result["checks"].size(), 1u);
}

TEST_F(EndToEnd, ShowsARaceByItsLineAndReplaysIt) {
  const std::string folder = Submit("mine", "\n\n" + Answering("1"));
  const Json result = Check(folder, 1);
  EXPECT_EQ(result["status"], "failed");
  EXPECT_EQ(result["checks"][1]["verdict"], "skipped");
  const Json finding = result["checks"][0]["findings"][0];
  EXPECT_EQ(finding["kind"], "data_race");
  EXPECT_EQ(finding["id"], "answer/right/1");
  EXPECT_EQ(finding["frames"][0]["file"], "tests/adapter.cc");
  EXPECT_THAT(Run({"check", folder}).output, HasSubstr("replay: racecourse replay answer/right/1 " + folder));

  const ProcessResult replay = Run({"replay", "answer/right/1", folder, "--times", "2"});
  EXPECT_EQ(replay.exit_code, 1) << replay.errors;
  EXPECT_THAT(replay.output, HasSubstr("reproduced 2 of 2"));
  EXPECT_THAT(replay.output, HasSubstr("switched away from T1 here"));
  const ProcessResult unknown = Run({"replay", "answer/rigth/1", folder});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("did you mean 'answer/right/1'?"));
}

TEST_F(EndToEnd, CallsAFailedTestAnAssertion) {
  const Json result = Check(Submit("mine", Answering("41")), 1);
  EXPECT_EQ(result["checks"][0]["findings"][0]["kind"], "assertion");
  EXPECT_EQ(result["checks"][0]["findings"][0]["message"], "42 is not 41");
}

TEST_F(EndToEnd, CallsASilentExitACrash) {
  EXPECT_EQ(Check(Submit("mine", Answering("2")), 1)["checks"][0]["findings"][0]["kind"], "crash");
}

TEST_F(EndToEnd, TakesTheBlameForItsOwnFailures) {
  for (const std::string answer : {"3", "4"}) {
    const Json result = Check(Submit("mine", Answering(answer)), 3);
    EXPECT_EQ(result["status"], "grader_error");
    EXPECT_EQ(result["checks"][0]["verdict"], "grader_error");
  }
}

TEST_F(EndToEnd, ReportsWhatDoesNotCompile) {
  const Json result = Check(Submit("mine", "inline int Answer() {\n  return forty_two;\n}\n"), 1);
  EXPECT_EQ(result["status"], "does_not_compile");
  EXPECT_THAT(result["message"].get<std::string>(),
              HasSubstr("answer.h:2:10: error: use of undeclared identifier 'forty_two'"));
  EXPECT_EQ(result["score"], 0);
}

TEST_F(EndToEnd, RejectsTamperingWithItsLine) {
  for (const std::string& text : {Answering("42") + "#include \"/etc/passwd\"\n", Answering("42") + "int main() {}\n",
                                  Answering("42") + "extern \"C\" int pthread_create() { return 0; }\n"}) {
    const Json result = Check(Submit("mine", text), 1);
    EXPECT_EQ(result["status"], "rejected") << text;
    EXPECT_EQ(result["checks"][0]["verdict"], "fail");
    EXPECT_EQ(result["checks"][0]["findings"][0]["kind"], "misuse");
    EXPECT_THAT(result["checks"][0]["findings"][0]["message"].get<std::string>(), HasSubstr("answer.h:2: "));
  }
}

TEST_F(EndToEnd, RefusesLinksAndLargeFiles) {
  const std::string folder = Submit("mine", "");
  fs::remove(fs::path(folder) / "answer.h");
  fs::create_symlink(course_ / "solutions/threads/01-answer/reference/answer.h", fs::path(folder) / "answer.h");
  EXPECT_EQ(Check(folder, 1)["status"], "rejected");
  EXPECT_EQ(Check(Submit("large", std::string((1 << 20) + 1, ' ')), 1)["status"], "rejected");
}

TEST_F(EndToEnd, GradesAClass) {
  Submit("class/alice", Answering("42"));
  Submit("class/bob", Answering("1"));
  Submit("class/carol", Answering("1"));
  Submit("class/dave", "oops");
  fs::create_directories(directory_.path() / "class/erin");
  const std::string classroom = (directory_.path() / "class").string();
  const std::string out = (directory_.path() / "out").string();
  const ProcessResult grade = Run({"grade", classroom, "--exercise", "T1", "--out", out, "--jobs", "2"});
  EXPECT_EQ(grade.exit_code, 1) << grade.errors;
  EXPECT_THAT(grade.output, HasSubstr("data race in Answer.IsRight: bob, carol"));

  const Json json = Json::parse(*ReadFile(fs::path(out) / "results.json"));
  ASSERT_EQ(json["submissions"].size(), 5u);
  EXPECT_EQ(json["submissions"][0]["id"], "alice");
  EXPECT_EQ(json["submissions"][0]["score"], 10);
  EXPECT_EQ(json["submissions"][1]["checks"][0]["findings"][0]["canonical"],
            json["submissions"][2]["checks"][0]["findings"][0]["canonical"]);
  EXPECT_EQ(json["submissions"][3]["status"], "does_not_compile");
  EXPECT_EQ(json["submissions"][4]["status"], "missing_files");

  const ProcessResult report = Run({"report", out, "--submission", "bob"});
  EXPECT_EQ(report.exit_code, 1);
  EXPECT_THAT(report.output, HasSubstr("replay: racecourse replay bob/right/1 " + out));
  EXPECT_THAT(report.output, HasSubstr("switched away from T1 here"));
  EXPECT_THAT(Run({"replay", "bob/right/1", out}).output, HasSubstr("reproduced"));
}

TEST_F(EndToEnd, GradesTheSameTwice) {
  const std::string folder = Submit("mine", Answering("1"));
  Json first = Check(folder, 1);
  Json second = Check(folder, 1);
  for (Json* json : {&first, &second}) {
    json->erase("wall_seconds");
    for (Json& check : (*json)["checks"]) check.erase("wall_seconds");
  }
  EXPECT_EQ(first, second);
}

TEST_F(EndToEnd, VerifiesAnExercise) {
  const ProcessResult verify = Run({"verify", "--schedules", "50"});
  EXPECT_EQ(verify.exit_code, 0) << verify.output << verify.errors;
  EXPECT_THAT(verify.output, HasSubstr("waiting for better machines"));
  EXPECT_THAT(verify.output, HasSubstr("4 passed, 0 failed, 1 skipped"));
  const fs::path wrong = course_ / "solutions/threads/01-answer/wrong/races/answer.h";
  ASSERT_TRUE(WriteFileAtomically(wrong, "// expect: deadlock check=right\n" + Answering("1")).ok());
  const ProcessResult again = Run({"verify", "answer"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("data_race instead of deadlock"));
}

TEST_F(EndToEnd, SaysWhereAnExerciseIsBroken) {
  const fs::path file = course_ / "exercises/threads/01-answer/exercise.toml";
  ASSERT_TRUE(WriteFileAtomically(file, "id = \"answer\"\ncolour = \"red\"\n").ok());
  const ProcessResult result = Run({"list"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("exercise.toml:1: 'number' is missing"));
}

TEST_F(EndToEnd, AnswersWrongUsageWithStatusTwo) {
  const std::string folder = Submit("mine", Answering("42"));
  EXPECT_THAT(Run({"check", folder, "--exercise", "anwser"}).errors, HasSubstr("did you mean 'answer'?"));
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"chekc"},
                                                    {"check", "--nonsense"},
                                                    {"check", "/no/such/folder"},
                                                    {"check", folder, "--exercise", "none"},
                                                    {"grade", folder},
                                                    {"grade", "/none", "--exercise", "T1", "--out", "o"},
                                                    {"explore"},
                                                    {"explore", "--", "/no/such/program"},
                                                    {"explore", "--strategy", "luck", "--", "true"},
                                                    {"replay", "nothing/at/1"},
                                                    {"replay", "x", "--", "/bin/true"},
                                                    {"report", "/no/such/folder"},
                                                    {"start", "nothing"},
                                                    {"c++", "--variant", "fast", "a.cc"}}) {
    const ProcessResult result = Run(arguments);
    EXPECT_EQ(result.exit_code, 2) << (arguments.empty() ? "" : arguments[0]) << ": " << result.errors;
    EXPECT_NE(result.errors + result.output, "");
  }
  EXPECT_THAT(Run({"chekc"}).errors, HasSubstr("did you mean 'check'?"));
}

TEST_F(EndToEnd, HelpsWithEveryCommand) {
  for (const std::string command :
       {"list", "start", "check", "hint", "replay", "grade", "report", "verify", "doctor", "explore"}) {
    const ProcessResult help = Run({command, "--help"});
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_THAT(help.output, HasSubstr("Example")) << command;
    EXPECT_THAT(help.output, HasSubstr("racecourse " + command)) << command;
  }
  EXPECT_THAT(Run({"c++", "--help"}).output, HasSubstr("Examples:"));
}

TEST_F(EndToEnd, GivesHintsInLayers) {
  const std::string folder = Submit("mine", Answering("0"));
  EXPECT_THAT(Run({"hint", folder}).output,
              ::testing::AllOf(HasSubstr("between 41 and 43"), Not(HasSubstr("It is 42"))));
  EXPECT_THAT(Run({"hint", folder, "--level", "2"}).output, HasSubstr("It is 42."));
}

TEST_F(EndToEnd, ExploresOnlyWhatWasBuiltForIt) {
  for (const std::string program : {"/bin/true", "/bin/false"}) {
    const ProcessResult result = Run({"explore", "--json", "--", program});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.errors, HasSubstr("must be built with `racecourse c++`"));
  }
}

TEST_F(EndToEnd, CompilesThroughEveryStage) {
  const fs::path source = directory_.path() / "demo.cc";
  ASSERT_TRUE(
      WriteFileAtomically(source, "#ifndef RACECOURSE_UNDER_TEST\n#error\n#endif\nint f() { return 1; }\n").ok());
  EXPECT_EQ(Run({"c++", "-c", "demo.cc", "-o", "demo.o"}).exit_code, 0);
  EXPECT_EQ(Run({"c++", "-shared", "-fPIC", "demo.cc", "-o", "demo.so"}).exit_code, 0);
  EXPECT_EQ(Run({"c++", "-E", "demo.cc", "-o", "demo.ii"}).exit_code, 0);
  for (const char* file : {"demo.o", "demo.so", "demo.ii"}) EXPECT_TRUE(fs::exists(directory_.path() / file)) << file;
  EXPECT_EQ(Run({"c++", "--version"}).exit_code, 0);
  EXPECT_NE(Run({"c++", "--variant", "native", "-c", "demo.cc"}).exit_code, 0) << "native adds nothing";
  ASSERT_TRUE(WriteFileAtomically(source, "int f( {").ok());
  EXPECT_EQ(Run({"c++", "-c", "demo.cc"}).exit_code, 1);
}

}  // namespace
}  // namespace racecourse::grader
