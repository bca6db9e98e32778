#ifndef RACECOURSE_GRADER_EXECUTOR_FINDING_RESOLVER_H_
#define RACECOURSE_GRADER_EXECUTOR_FINDING_RESOLVER_H_

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/executor/source_map.h"
#include "grader/rubric/finding.h"
#include "grader/trace/trace.h"

namespace racecourse::grader {

// Turns what a program reported by addresses into what a student can read by lines: one question to the symbolizer for
// all findings, then frames outside the student's and the test's files are dropped.
absl::StatusOr<std::vector<Finding>> ResolveFindings(const std::vector<TraceFinding>& findings,
                                                     const std::filesystem::path& symbolizer,
                                                     const std::filesystem::path& program, const SourceMap& sources);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_FINDING_RESOLVER_H_
