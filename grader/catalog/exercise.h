#ifndef RACECOURSE_GRADER_CATALOG_EXERCISE_H_
#define RACECOURSE_GRADER_CATALOG_EXERCISE_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace racecourse::grader {

enum class Visibility { kPublic, kHidden };

// How a whole program is run, and what it must answer under every schedule.
struct ProgramCheck {
  std::vector<std::string> arguments;
  std::string input;                  // its standard input
  std::optional<std::string> output;  // its standard output; nullopt: anything
  int exit_status = 0;
};

// One line of the rubric.
struct Check {
  std::string id;
  std::string sentence;  // for the student: "Items leave in the order they came in."
  std::string executor = "systematic";
  std::string tests;       // a GoogleTest filter; of a whole program the check's id, by which its findings are known
  ProgramCheck program;    // where the exercise asks for a whole program
  std::string input_file;  // its input and output come from here, relative to the exercise or, hidden, the solutions
  std::string output_file;
  Visibility visibility = Visibility::kPublic;
  std::optional<int> schedules;            // budget per test; nullopt: the test's own
  std::optional<int> schedules_to_verify;  // per test, for solutions that must pass; nullopt: as the exercise has it
  int points = 0;
  std::vector<std::string> needs;  // ids of checks that must pass first
};

// What is submitted: files that the course's tests call, or all sources of a program.
enum class ExerciseKind { kTests, kProgram };

// One exercise as its exercise.toml describes it.
struct Exercise {
  std::string id;      // "bounded-queue"
  std::string number;  // "T3"
  std::string title;
  std::string family;
  ExerciseKind kind = ExerciseKind::kTests;
  std::vector<std::string> concepts;
  std::vector<std::string> prerequisites;
  std::vector<std::string> files;             // what a student submits; plain names
  std::string unit;                           // the adapter, relative to `directory`; a program has none
  std::vector<std::string> allowed_includes;  // empty: any system header
  std::vector<std::string> hints;             // from a nudge to nearly the answer
  std::vector<Check> checks;
  std::optional<int> schedules_to_verify;  // per test, for solutions that must pass; nullopt: as `verify` has it
  std::filesystem::path directory;
  std::filesystem::path solutions;  // where reference, also, wrong and hidden tests are; it may not exist

  int Points() const;
  const Check* FindCheck(const std::string& check_id) const;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CATALOG_EXERCISE_H_
