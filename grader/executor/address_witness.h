// AddressSanitizer, UBSan and LeakSanitizer beside the engine: what they say about its findings about memory.
#ifndef RACECOURSE_GRADER_EXECUTOR_ADDRESS_WITNESS_H_
#define RACECOURSE_GRADER_EXECUTOR_ADDRESS_WITNESS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grader/executor/carried_run.h"
#include "grader/rubric/finding.h"

namespace racecourse::grader {

inline constexpr char kAddressSanitizer[] = "address-sanitizer";

// True for a finding about memory whose execution can be followed.
bool IsForAddressSanitizer(const Finding& finding);

// Why nobody could be asked about them.
void NoteNoAddressSanitizer(const absl::Status& why, std::vector<Finding>& findings);

// Lets the address-sanitizer variant follow the execution of every such finding, and adds what it says. It only ever
// adds. An error only when the user interrupted us.
absl::Status AskAddressSanitizer(const WitnessStand& stand, std::vector<Finding>& findings);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_ADDRESS_WITNESS_H_
