#include "grader/cli/student_folder.h"

#include <system_error>

#include "absl/strings/str_cat.h"
#include "grader/catalog/toml_fields.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRecordBytesMax = 1 << 16;

absl::StatusOr<std::string> RecordedExercise(const fs::path& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file, kRecordBytesMax));
  const toml::parse_result parsed = toml::parse(text, file.string());
  if (!parsed) {
    return absl::InvalidArgumentError(absl::StrCat(file.string(), ":", parsed.error().source().begin.line, ": ",
                                                   std::string(parsed.error().description())));
  }
  absl::Status status;
  const std::string name = file.string();
  TomlFields fields(parsed.table(), name, status);
  std::string exercise = fields.RequiredString("exercise");
  fields.RefuseOtherKeys();
  RETURN_IF_ERROR(status);
  return exercise;
}

}  // namespace

absl::Status RecordExercise(const fs::path& directory, const std::string& exercise_id) {
  return WriteFileAtomically(directory / ".racecourse.toml",
                             absl::StrCat("# Written by `racecourse start`.\nexercise = \"", exercise_id, "\"\n"));
}

absl::StatusOr<const Exercise*> ExerciseOf(const fs::path& directory, const std::string& name, const Catalog& catalog) {
  std::error_code error;
  if (!fs::exists(directory, error)) {
    return absl::NotFoundError(absl::StrCat(directory.string(), ": no such folder"));
  }
  if (!name.empty()) return catalog.Find(name);
  const fs::path record = directory / ".racecourse.toml";
  if (!fs::exists(record, error)) return catalog.Guess(directory);
  ASSIGN_OR_RETURN(const std::string recorded, RecordedExercise(record));
  return catalog.Find(recorded);
}

}  // namespace racecourse::grader
