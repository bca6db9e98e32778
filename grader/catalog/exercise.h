#ifndef RACECOURSE_GRADER_CATALOG_EXERCISE_H_
#define RACECOURSE_GRADER_CATALOG_EXERCISE_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace racecourse::grader {

enum class Visibility { kPublic, kHidden };

// One line of the rubric.
struct Check {
  std::string id;
  std::string sentence;  // for the student: "Items leave in the order they came in."
  std::string executor = "systematic";
  std::string tests;  // a GoogleTest filter
  Visibility visibility = Visibility::kPublic;
  std::optional<int> schedules;  // budget per test; nullopt: the test's own
  int points = 0;
  std::vector<std::string> needs;  // ids of checks that must pass first
};

// One exercise as its exercise.toml describes it.
struct Exercise {
  std::string id;      // "bounded-queue"
  std::string number;  // "T3"
  std::string title;
  std::string family;
  std::vector<std::string> concepts;
  std::vector<std::string> prerequisites;
  std::vector<std::string> files;             // what a student submits; plain names
  std::string unit;                           // the adapter, relative to `directory`
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
