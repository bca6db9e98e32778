#ifndef RACECOURSE_GRADER_EXECUTOR_SOURCE_MAP_H_
#define RACECOURSE_GRADER_EXECUTOR_SOURCE_MAP_H_

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "grader/rubric/finding.h"
#include "grader/vet/misuse.h"

namespace racecourse::grader {

// Knows whose a source file is, what the student calls it, and what is written in it. Built once for a program.
class SourceMap {
 public:
  // The submission's sources, which debug information calls <name>/file.
  void AddSubmission(absl::string_view name, const SourceTexts& sources);
  // A folder of the exercise, which debug information calls <name>/…
  void AddExercise(absl::string_view name, const std::filesystem::path& directory);
  // A whole program: every file is the student's own, except those of the system and those below `not_students`.
  void AddWholeProgram(const std::vector<std::filesystem::path>& not_students);

  // A frame without its function; nothing for a file that is neither the student's nor the test's.
  std::optional<Frame> Find(const std::string& file_in_debug_information, int line) const;

 private:
  struct Folder {
    std::string prefix;  // "/exercise/"
    std::filesystem::path directory;
  };
  std::string TextOfLine(const std::filesystem::path& file, int line) const;

  std::map<std::string, std::vector<std::string>> submission_;  // "/submission/tally.h" → its lines
  std::map<std::string, std::string> submission_names_;         // "/submission/tally.h" → "tally.h"
  std::vector<Folder> exercise_;
  bool is_whole_program_ = false;
  std::vector<std::string> not_students_;
  mutable std::map<std::filesystem::path, std::vector<std::string>> read_;  // lines of files already looked at
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_SOURCE_MAP_H_
