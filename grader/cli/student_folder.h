#ifndef RACECOURSE_GRADER_CLI_STUDENT_FOLDER_H_
#define RACECOURSE_GRADER_CLI_STUDENT_FOLDER_H_

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grader/catalog/catalog.h"

namespace racecourse::grader {

// Remembers in `directory` (as .racecourse.toml) which exercise it is about.
absl::Status RecordExercise(const std::filesystem::path& directory, const std::string& exercise_id);

// Which exercise a student's folder is about: `name` if it is not empty, else what was recorded there, else the one
// exercise whose files are there.
absl::StatusOr<const Exercise*> ExerciseOf(const std::filesystem::path& directory, const std::string& name,
                                           const Catalog& catalog);

// Where `check` keeps the failures it found, for `replay`.
inline std::filesystem::path FailuresIn(const std::filesystem::path& directory) {
  return directory / ".racecourse" / "failures";
}

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_STUDENT_FOLDER_H_
