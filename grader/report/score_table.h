#ifndef RACECOURSE_GRADER_REPORT_SCORE_TABLE_H_
#define RACECOURSE_GRADER_REPORT_SCORE_TABLE_H_

#include <string>
#include <vector>

#include "grader/report/terminal.h"
#include "grader/rubric/result.h"

namespace racecourse::grader {

// The checks of one submission with verdict, points and strength, and the sum below.
std::string ScoreTable(const SubmissionResult& result, const TerminalStyle& style);

// A line for each submission, and below them the findings that several submissions share.
std::string ClassTable(const std::vector<SubmissionResult>& results, const TerminalStyle& style);

// Everything about one submission: the score table, then each finding of each failed check. What can be replayed ends
// with the command that does it; `replay_arguments` follows the id in it (e.g. the folder).
std::string SubmissionReport(const SubmissionResult& result, const std::string& replay_arguments,
                             const TerminalStyle& style);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_SCORE_TABLE_H_
