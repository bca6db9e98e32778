// AddressSanitizer, UBSan and LeakSanitizer beside the engine: what they say about its findings about memory.
#ifndef RACECOURSE_GRADER_EXECUTOR_ADDRESS_WITNESS_H_
#define RACECOURSE_GRADER_EXECUTOR_ADDRESS_WITNESS_H_

#include "grader/executor/sanitizer_witness.h"

namespace racecourse::grader {

inline constexpr char kAddressSanitizer[] = "address-sanitizer";

// They are asked about findings about memory.
extern const SanitizerWitness kAddressWitness;

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_ADDRESS_WITNESS_H_
