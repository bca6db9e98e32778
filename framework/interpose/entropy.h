// Randomness and identity as the program sees them: the same in every execution and on every machine.
#ifndef RACECOURSE_INTERPOSE_ENTROPY_H_
#define RACECOURSE_INTERPOSE_ENTROPY_H_

#include <cstddef>

namespace racecourse {

inline constexpr long kVirtualProcessId = 4242;

// Fills memory from the execution's seeded generator.
void FillWithEntropy(void* memory, std::size_t size);

// 4242 for the main thread, then 4243, … in order of creation.
long VirtualThreadId();

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_ENTROPY_H_
