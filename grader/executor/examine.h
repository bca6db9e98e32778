#ifndef RACECOURSE_GRADER_EXECUTOR_EXAMINE_H_
#define RACECOURSE_GRADER_EXECUTOR_EXAMINE_H_

#include <filesystem>

#include "absl/status/statusor.h"
#include "grader/executor/program_run.h"
#include "grader/executor/source_map.h"
#include "grader/rubric/evidence.h"

namespace racecourse::grader {

// Makes evidence of what a run left behind: findings with their lines, each test's outcome, and our own failures apart
// from the submission's. A program that died without saying so is a crash, unless its exit status says that the engine
// failed; an unconfirmed finding is our failure, because a student must be able to see it again.
Evidence EvidenceOf(const ProgramRun& run, const std::filesystem::path& symbolizer,
                    const std::filesystem::path& program, const SourceMap& sources);

// Runs a program and makes evidence of it. An error only when the user interrupted us; that it could not be run is our
// failure and in the evidence.
absl::StatusOr<Evidence> Examine(const RunRequest& request, const std::filesystem::path& symbolizer,
                                 const SourceMap& sources);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_EXAMINE_H_
