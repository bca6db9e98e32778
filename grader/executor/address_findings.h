// What AddressSanitizer and UBSan alone see, in executions that pass here: accesses outside local and global variables,
// uses of a variable after its time, undefined behaviour. Each is a finding of theirs.
#ifndef RACECOURSE_GRADER_EXECUTOR_ADDRESS_FINDINGS_H_
#define RACECOURSE_GRADER_EXECUTOR_ADDRESS_FINDINGS_H_

#include "absl/status/status.h"
#include "grader/executor/carried_run.h"
#include "grader/rubric/evidence.h"

namespace racecourse::grader {

// How many passing executions of a test they follow.
inline constexpr int kPassingExecutionsToExamine = 4;

// Lets the program of their variant follow the different ones among the passing executions of tests without a finding,
// and adds to `evidence` what is an error for sure, lies in the student's code, and was reported again when the same
// execution was followed once more from a fresh process. An error only when the user interrupted us.
absl::Status AddFindingsOfPassing(const WitnessStand& stand, Evidence& evidence);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_ADDRESS_FINDINGS_H_
