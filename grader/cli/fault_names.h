// What `--faults` takes: names for what may go wrong around a program (racecourse/faults.h has the bits).
#ifndef RACECOURSE_GRADER_CLI_FAULT_NAMES_H_
#define RACECOURSE_GRADER_CLI_FAULT_NAMES_H_

#include <cstdint>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"

namespace racecourse::grader {

// "short,eintr,fork,crash", any of them. "" is none.
absl::StatusOr<std::uint32_t> FaultsNamed(const std::string& list);

// Adds the option, which is checked when the command line is read.
void AddFaultsOption(CLI::App& command, std::string* list);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_FAULT_NAMES_H_
