#ifndef RACECOURSE_GRADER_CATALOG_EXERCISE_FILE_H_
#define RACECOURSE_GRADER_CATALOG_EXERCISE_FILE_H_

#include <filesystem>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grader/catalog/exercise.h"

namespace racecourse::grader {

// Reads the text of an exercise.toml. Whatever is wrong is an error that begins with "file:line: ". Looks at the text
// only; `directory` and `solutions` of the result are empty.
absl::StatusOr<Exercise> ParseExercise(absl::string_view text, absl::string_view file);

// Reads <directory>/exercise.toml and checks that the files it names are there.
absl::StatusOr<Exercise> LoadExercise(const std::filesystem::path& directory, const std::filesystem::path& solutions);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CATALOG_EXERCISE_FILE_H_
