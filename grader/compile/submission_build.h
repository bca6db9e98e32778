#ifndef RACECOURSE_GRADER_COMPILE_SUBMISSION_BUILD_H_
#define RACECOURSE_GRADER_COMPILE_SUBMISSION_BUILD_H_

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/catalog/exercise.h"
#include "grader/compile/compiler.h"
#include "grader/compile/installation.h"
#include "grader/compile/submission.h"

namespace racecourse::grader {

// The names by which debug information knows the three folders that a program is made from, wherever they lie.
inline constexpr char kSubmissionName[] = "/submission";
inline constexpr char kExerciseName[] = "/exercise";
inline constexpr char kHiddenName[] = "/hidden";
inline constexpr char kFrameworkName[] = "/framework";

struct BuiltProgram {
  std::filesystem::path program;
  bool has_hidden_tests = false;
  std::vector<std::filesystem::path> objects;  // it was linked from, beside our own
};

// The submission does not compile or link: what the student is told.
struct CompileFailure {
  std::string diagnostics;
};

// Makes the test program of a submission: vets the sources, compiles the adapter and the student's files beside
// whatever tests are not in the cache yet, vets the objects, links. At most `jobs` compilers run at a time. An error
// means that our own part (tests, runtime, compiler) is broken.
absl::StatusOr<std::variant<BuiltProgram, CompileFailure, Misuse>> BuildSubmission(const Exercise& exercise,
                                                                                   const StagedSubmission& staged,
                                                                                   const Installation& installation,
                                                                                   const Compiler& compiler, int jobs);

// The same program with ThreadSanitizer's runtime, from the same objects: for a second opinion.
absl::StatusOr<std::filesystem::path> LinkWitness(const Exercise& exercise, const BuiltProgram& program,
                                                  const Installation& installation, const Compiler& compiler);

// The same program on threads of the operating system, from the same objects: for a debugger.
absl::StatusOr<std::filesystem::path> LinkForDebugger(const Exercise& exercise, const BuiltProgram& program,
                                                      const Installation& installation, const Compiler& compiler);

// The same submission, which compiled and was vetted, compiled and linked for AddressSanitizer, UBSan and
// LeakSanitizer.
absl::StatusOr<std::filesystem::path> BuildAddressWitness(const Exercise& exercise, const StagedSubmission& staged,
                                                          const Installation& installation, const Compiler& compiler,
                                                          int jobs);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_SUBMISSION_BUILD_H_
