#ifndef RACECOURSE_GRADER_SYSTEM_FOREGROUND_H_
#define RACECOURSE_GRADER_SYSTEM_FOREGROUND_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace racecourse::grader {

// Runs a program that the user works with until it ends: it has our terminal and environment, and what the user
// interrupts with Ctrl-C is its business alone.
absl::Status RunInForeground(const std::vector<std::string>& arguments);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_FOREGROUND_H_
