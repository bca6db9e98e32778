#ifndef RACECOURSE_GRADER_EXECUTOR_WITNESS_H_
#define RACECOURSE_GRADER_EXECUTOR_WITNESS_H_

#include <vector>

#include "absl/status/status.h"
#include "grader/executor/carried_run.h"
#include "grader/rubric/evidence.h"
#include "grader/rubric/finding.h"

namespace racecourse::grader {

inline constexpr char kThreadSanitizer[] = "thread-sanitizer";
// How many passing executions of a scenario it is asked about.
inline constexpr int kPassingExecutionsToAsk = 16;

// True for a data race whose execution can be followed.
bool IsForWitness(const Finding& finding);

// Why nobody could be asked about them.
void NoteAbsence(const absl::Status& why, std::vector<Finding>& findings);

// Lets the witness follow the execution of every data race, and adds what it says to the finding. It only ever adds: a
// witness that fails is one that says nothing. An error only when the user interrupted us.
absl::Status AskAboutFindings(const WitnessStand& stand, std::vector<Finding>& findings);

// Lets the witness follow the different ones among the passing executions of `evidence`, and fills in its sample.
absl::Status AskAboutPassing(const WitnessStand& stand, Evidence& evidence);

// "ThreadSanitizer followed 16 of 16 passing executions and reports nothing.", then a line for each disagreement; empty
// if nobody was asked.
std::string SampleText(const PassingSample& sample);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_WITNESS_H_
