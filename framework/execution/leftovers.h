// What an execution leaves behind beside memory and processes: descriptors that nobody closed, where a test asks, and
// objects of the kernel's that outlive their processes: names of shared memory and semaphores, queues.
//
// A closed test has to remove what it makes. A whole program may leave a name on purpose, for its next run; what it
// left without a name (IPC_PRIVATE) nobody can ever find again. Threads: program code only, but for what is said to be
// the engine's.
#ifndef RACECOURSE_EXECUTION_LEFTOVERS_H_
#define RACECOURSE_EXECUTION_LEFTOVERS_H_

#include <cstdint>

#include "framework/core/types.h"

namespace racecourse {

// One that was made in this execution and not removed yet.
struct KernelObject {
  char what[32];     // "the shared memory", "the message queue" …
  char name[64];     // as the program calls it; empty: it has none
  std::uint64_t id;  // of those that have no name
  Step made_at;
};

struct KernelObjects {
  static constexpr std::uint32_t kMax = 128;  // what is beyond is not watched
  KernelObject all[kMax];
  std::uint32_t count = 0;
};

// `what` is compared by its text.
void NoteKernelObject(const char* what, const char* name, std::uint64_t id = 0);
void NoteKernelObjectGone(const char* what, const char* name, std::uint64_t id = 0);
// Engine code, after an execution: the first one that ought not to be there; null if none.
const KernelObject* FindLeftObject();
[[noreturn]] void ReportLeftObject(const KernelObject& object);

// Reports a descriptor of the current process that the execution opened and that is not one of `allowed`.
void CheckDescriptors(const int* allowed, unsigned count);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_LEFTOVERS_H_
