#ifndef RACECOURSE_GRADER_EXECUTOR_WITNESS_H_
#define RACECOURSE_GRADER_EXECUTOR_WITNESS_H_

#include <string>

#include "absl/status/status.h"
#include "grader/executor/sanitizer_witness.h"
#include "grader/rubric/evidence.h"

namespace racecourse::grader {

inline constexpr char kThreadSanitizer[] = "thread-sanitizer";
// How many passing executions of a scenario it is asked about.
inline constexpr int kPassingExecutionsToAsk = 16;

// ThreadSanitizer, which is asked about data races.
extern const SanitizerWitness kThreadWitness;

// Lets the witness follow the different ones among the passing executions of `evidence`, and fills in its sample.
absl::Status AskAboutPassing(const WitnessStand& stand, Evidence& evidence);

// "ThreadSanitizer followed 16 of 16 passing executions and reports nothing.", then a line for each disagreement; empty
// if nobody was asked.
std::string SampleText(const PassingSample& sample);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_WITNESS_H_
