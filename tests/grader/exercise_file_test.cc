// How this convinces: a right exercise.toml is read field by field; then each rule is broken once, and the error must
// begin with the file and the line where it is broken.

#include "grader/catalog/exercise_file.h"

#include <string>

#include "gmock/gmock.h"
#include "grader/catalog/nearest_name.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kExercise[] = R"(id = "bounded-queue"
number = "T3"
title = "A bounded queue"
family = "threads"
concepts = ["condition variables"]
prerequisites = ["accounts"]
files = ["bounded_queue.h"]
unit = "tests/adapter.cc"
allowed_includes = []

[[hint]]
text = "Who wakes whom?"

[[check]]
id = "fifo"
sentence = "Items leave in order."
executor = "systematic"
tests = "Queue.KeepsOrder"
visibility = "public"
schedules = 2000
points = 10
needs = []

[[check]]
id = "close"
sentence = "Close wakes everybody."
executor = "systematic"
tests = "Queue.Close"
visibility = "hidden"
points = 5
needs = ["fifo"]
)";

std::string With(const std::string& from, const std::string& to) {
  std::string text = kExercise;
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

std::string ErrorOf(const std::string& text) {
  return std::string(ParseExercise(text, "exercise.toml").status().message());
}

TEST(ExerciseFile, ReadsEveryField) {
  const auto exercise = ParseExercise(kExercise, "exercise.toml");
  ASSERT_TRUE(exercise.ok()) << exercise.status();
  EXPECT_EQ(exercise->id, "bounded-queue");
  EXPECT_EQ(exercise->number, "T3");
  EXPECT_EQ(exercise->family, "threads");
  EXPECT_THAT(exercise->files, ElementsAre("bounded_queue.h"));
  EXPECT_THAT(exercise->hints, ElementsAre("Who wakes whom?"));
  ASSERT_EQ(exercise->checks.size(), 2u);
  EXPECT_EQ(exercise->schedules_to_verify, std::nullopt);
  EXPECT_EQ(exercise->checks[0].schedules, 2000);
  EXPECT_EQ(exercise->checks[0].visibility, Visibility::kPublic);
  EXPECT_EQ(exercise->checks[1].schedules, std::nullopt);
  EXPECT_EQ(exercise->checks[1].visibility, Visibility::kHidden);
  EXPECT_THAT(exercise->checks[1].needs, ElementsAre("fifo"));
  EXPECT_EQ(exercise->Points(), 15);
}

constexpr char kProgram[] = R"(id = "sum"
number = "T1"
title = "A sum"
family = "threads"
kind = "program"
files = ["sum.cc"]

[[check]]
id = "sums"
sentence = "It prints the sum."
executor = "systematic"
arguments = ["--strict", "a b"]
stdin = "1 2\n"
stdout = ""
exit_status = 2
visibility = "public"
points = 5
)";

TEST(ExerciseFile, ReadsAWholeProgram) {
  const auto exercise = ParseExercise(kProgram, "exercise.toml");
  ASSERT_TRUE(exercise.ok()) << exercise.status();
  EXPECT_EQ(exercise->kind, ExerciseKind::kProgram);
  EXPECT_EQ(exercise->checks[0].tests, "sums");
  EXPECT_THAT(exercise->checks[0].program.arguments, ElementsAre("--strict", "a b"));
  EXPECT_EQ(exercise->checks[0].program.input, "1 2\n");
  EXPECT_EQ(exercise->checks[0].program.output, "") << "nothing is expected, which is not the same as anything";
  EXPECT_EQ(exercise->checks[0].program.exit_status, 2);
}

TEST(ExerciseFile, RefusesWhatFitsNoWholeProgram) {
  const auto error_with = [](const std::string& from, const std::string& to) {
    std::string text = kProgram;
    return ErrorOf(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_THAT(error_with("stdout = \"\"", "stdout = \"\"\nstdout_file = \"a\""), HasSubstr(":15: 'stdout' and"));
  EXPECT_THAT(error_with("stdin = \"1 2\\n\"", "stdin_file = \"../a\""), HasSubstr(":13: 'stdin_file' is a path"));
  EXPECT_THAT(error_with("exit_status = 2", "exit_status = 256"), HasSubstr(":15: 'exit_status' must be"));
  EXPECT_THAT(error_with("exit_status = 2", "tests = \"A.B\""), HasSubstr(":15: unknown key"));
  EXPECT_THAT(error_with("kind = \"program\"", "kind = \"programme\""), HasSubstr("unknown kind"));
  EXPECT_THAT(error_with("kind = \"program\"", ""), HasSubstr("'unit' is missing"));
}

struct Mistake {
  std::string from;
  std::string to;
  int line;
  std::string complaint;
};

class WrongExercise : public ::testing::TestWithParam<Mistake> {};

TEST_P(WrongExercise, IsRefusedAtItsLine) {
  const std::string error = ErrorOf(With(GetParam().from, GetParam().to));
  EXPECT_THAT(error, StartsWith("exercise.toml:" + std::to_string(GetParam().line) + ": "));
  EXPECT_THAT(error, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    ExerciseFile, WrongExercise,
    ::testing::Values(
        Mistake{"title = ", "titel = ", 1, "'title' is missing"},
        Mistake{"points = 10", "pionts = 10", 14, "'points' is missing"},
        Mistake{"needs = []\n", "need = []\n", 22, "unknown key 'need'; did you mean 'needs'?"},
        Mistake{"allowed_includes", "allowed_include", 9,
                "unknown key 'allowed_include'; did you mean 'allowed_includes'?"},
        Mistake{"id = \"bounded-queue\"", "id = \"Bounded Queue\"", 1, "a-z, 0-9"},
        Mistake{"id = \"bounded-queue\"", "id = 7", 1, "'id' must be a string"},
        Mistake{"family = \"threads\"", "family = \"thread\"", 4, "known: processes, threads, coroutines"},
        Mistake{"files = [\"bounded_queue.h\"]", "files = [\"../a.h\"]", 7, "plain names"},
        Mistake{"files = [\"bounded_queue.h\"]", "files = []", 7, "'files' is missing or empty"},
        Mistake{"files = [\"bounded_queue.h\"]", "files = [\"a.h\", 7]", 7, "must be a list of strings"},
        Mistake{"unit = \"tests/adapter.cc\"", "unit = \"../x.cc\"", 8, "a path inside the exercise"},
        Mistake{"text = ", "txt = ", 11, "'text' is missing"},
        Mistake{"executor = \"systematic\"", "executor = \"tasn\"", 17, "unknown executor 'tasn'; known: systematic"},
        Mistake{"visibility = \"public\"", "visibility = \"secret\"", 19, "known: public, hidden"},
        Mistake{"schedules = 2000", "schedules = 0", 20, "an integer from 1"},
        Mistake{"points = 10", "points = -1", 21, "an integer from 0"},
        Mistake{"points = 10", "points = 1.5", 21, "an integer from 0"},
        Mistake{"id = \"close\"", "id = \"fifo\"", 25, "a second check with the id 'fifo'"},
        Mistake{"needs = [\"fifo\"]", "needs = [\"fif\"]", 31, "names no check: 'fif'; did you mean 'fifo'?"},
        Mistake{"needs = []", "needs = [\"close\"]", 22, "need each other: fifo needs close"},
        Mistake{"needs = [\"fifo\"]", "needs = [\"close\"]", 31, "need each other"},
        Mistake{"[[check]]\nid = \"fifo\"", "[check]\nid = \"fifo\"", 24, "redefin"},
        Mistake{"number = \"T3\"", "number = \"T3", 2, ""}));

TEST(ExerciseFile, MaySayHowManySchedulesProveIt) {
  const auto exercise = ParseExercise(
      With("allowed_includes = []\n", "allowed_includes = []\nschedules_to_verify = 500\n"), "exercise.toml");
  ASSERT_TRUE(exercise.ok()) << exercise.status();
  EXPECT_EQ(exercise->schedules_to_verify, 500);
  EXPECT_EQ(exercise->checks[0].schedules_to_verify, std::nullopt);
  const auto with_check =
      ParseExercise(With("schedules = 2000\n", "schedules = 2000\nschedules_to_verify = 700\n"), "exercise.toml");
  ASSERT_TRUE(with_check.ok()) << with_check.status();
  EXPECT_EQ(with_check->checks[0].schedules_to_verify, 700);
  EXPECT_EQ(with_check->checks[0].schedules, 2000);
  EXPECT_THAT(ErrorOf(With("allowed_includes = []\n", "schedules_to_verify = 0\n")), HasSubstr("an integer from 1"));
}

TEST(ExerciseFile, WantsPoints) {
  std::string text = With("points = 10", "points = 0");
  text.replace(text.find("points = 5"), 10, "points = 0");
  EXPECT_THAT(ErrorOf(text), HasSubstr("add up to 0"));
}

TEST(NearestName, SuggestsOnlyWhatIsClose) {
  const std::vector<std::string> known = {"whiteboard-tally", "accounts", "bounded-queue"};
  EXPECT_EQ(DidYouMean("acounts", known), "; did you mean 'accounts'?");
  EXPECT_EQ(DidYouMean("tally", known), "; did you mean 'whiteboard-tally'?");
  EXPECT_EQ(DidYouMean("bounded_queu", known), "; did you mean 'bounded-queue'?");
  EXPECT_EQ(DidYouMean("xyz", known), "");
  EXPECT_EQ(DidYouMean("", known), "");
}

}  // namespace
}  // namespace racecourse::grader
