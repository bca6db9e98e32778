#ifndef RACECOURSE_GRADER_REPORT_INTERLEAVING_H_
#define RACECOURSE_GRADER_REPORT_INTERLEAVING_H_

#include <string>
#include <vector>

#include "grader/report/terminal.h"
#include "grader/rubric/finding.h"

namespace racecourse::grader {

// An execution as a table: a column for each thread, time downwards. Steps of one thread at one line become one row;
// steps outside the student's and the test's files are left out; repetitions are folded. A row across all columns marks
// where the scheduler took the processor away from a thread that could have gone on. With more threads than fit beside
// each other, all rows share one column and name their thread. Empty when there is nothing to show.
std::vector<std::string> InterleavingTable(const std::vector<StepRow>& steps, const TerminalStyle& style);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_INTERLEAVING_H_
