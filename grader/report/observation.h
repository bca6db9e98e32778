// What `racecourse observe processes` has seen, for people to read. The input is the JSON object that
// racecourse-observe prints; an object that lacks something is refused.
#ifndef RACECOURSE_GRADER_REPORT_OBSERVATION_H_
#define RACECOURSE_GRADER_REPORT_OBSERVATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "grader/report/terminal.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {

// Tables of all that was seen, each with a sentence that says what it means.
absl::StatusOr<std::string> ObservationText(const nlohmann::json& observation, const TerminalStyle& style);

// The costs as a chart: a bar for each, on a logarithmic scale of nanoseconds.
absl::StatusOr<std::string> ObservationChart(const nlohmann::json& observation);

// "706 µs", "42 ns", "1.4 ns": three figures at most.
std::string InWords(double nanoseconds);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_OBSERVATION_H_
