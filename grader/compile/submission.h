#ifndef RACECOURSE_GRADER_COMPILE_SUBMISSION_H_
#define RACECOURSE_GRADER_COMPILE_SUBMISSION_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/catalog/exercise.h"
#include "grader/system/temporary_directory.h"
#include "grader/vet/misuse.h"

namespace racecourse::grader {

inline constexpr std::uint64_t kSubmittedFileBytesMax = std::uint64_t{1} << 20;

// Where one student's work lies.
struct Submission {
  std::string id;              // "alice"
  std::filesystem::path path;  // a folder, or the one file of an exercise that asks for one
};

// The files that the exercise asks for, copied where nobody else writes. Whatever else the folder holds stays behind.
struct StagedSubmission {
  TemporaryDirectory directory;
  SourceTexts sources;
};

struct MissingFiles {
  std::string message;  // "tally.h is missing"
};

// Copies regular files only, each at most kSubmittedFileBytesMax bytes; a link, a device or a file that is too large is
// a Misuse.
absl::StatusOr<std::variant<StagedSubmission, MissingFiles, Misuse>> Stage(const Exercise& exercise,
                                                                           const Submission& submission);

// What `grade PATH...` means: a folder with any of the exercise's files is one submission, any other folder with
// subfolders holds one submission in each, a file is a submission to an exercise that asks for one file. Ids are names
// of folders (or of files), made unique by a number at the end. A path that does not exist is an error.
absl::StatusOr<std::vector<Submission>> FindSubmissions(const Exercise& exercise,
                                                        const std::vector<std::filesystem::path>& paths);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_SUBMISSION_H_
