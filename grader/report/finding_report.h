#ifndef RACECOURSE_GRADER_REPORT_FINDING_REPORT_H_
#define RACECOURSE_GRADER_REPORT_FINDING_REPORT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "grader/report/terminal.h"
#include "grader/rubric/finding.h"

namespace racecourse::grader {

// A finding for a person: what happened, the stacks, the interleaving, what it leads to, and last how to see it again.
// `replay_command` is that last line without "replay: "; empty when it cannot be replayed.
std::string FindingReport(const Finding& finding, absl::string_view replay_command, const TerminalStyle& style);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_FINDING_REPORT_H_
