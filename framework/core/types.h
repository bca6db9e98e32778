// The small integers of the engine, each with a type of its own so that two of them cannot be swapped.
#ifndef RACECOURSE_CORE_TYPES_H_
#define RACECOURSE_CORE_TYPES_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

// The place a live thread occupies in all tables. Thread 0 is the one that runs the scenario's body. A slot is reused
// after its thread was joined, always in the same way, so the same schedule gives the same slots in every process.
using ThreadSlot = std::uint32_t;

// The number of threads that may be alive at once in one execution.
inline constexpr ThreadSlot kMaxThreads = 256;
inline constexpr ThreadSlot kNoThread = ~ThreadSlot{0};

// The ordinal of an event in its execution; the first event is step 1.
using Step = std::uint32_t;

}  // namespace racecourse

#endif  // RACECOURSE_CORE_TYPES_H_
