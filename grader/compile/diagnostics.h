#ifndef RACECOURSE_GRADER_COMPILE_DIAGNOSTICS_H_
#define RACECOURSE_GRADER_COMPILE_DIAGNOSTICS_H_

#include <filesystem>
#include <string>

#include "absl/strings/string_view.h"

namespace racecourse::grader {

// Trims what clang says to what a student can act on: their own lines and the exercise's, with names relative to the
// submission or to the exercise; notes about the insides of libraries go, and an error inside a library keeps only its
// sentence. At most `lines_max` lines.
std::string TrimDiagnostics(absl::string_view diagnostics, const std::filesystem::path& exercise_directory,
                            int lines_max = 40);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_DIAGNOSTICS_H_
