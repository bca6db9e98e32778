#ifndef RACECOURSE_GRADER_COMPILE_DEPENDENCIES_H_
#define RACECOURSE_GRADER_COMPILE_DEPENDENCIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace racecourse::grader {

// The files that a compilation read, from the rule in make's language that `clang -MD` writes.
std::vector<std::string> ParseDependencies(absl::string_view make_rule);

// A line for each file with its size and time of change: whether any of them is another one now.
std::string DescribeFiles(const std::vector<std::string>& files);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_DEPENDENCIES_H_
