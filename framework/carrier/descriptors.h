// Descriptors whose operations the itinerary has: those that the program made while it follows one. They are the
// kernel's own; an operation is performed when the itinerary says that it took place, and then it does not block.
#ifndef RACECOURSE_CARRIER_DESCRIPTORS_H_
#define RACECOURSE_CARRIER_DESCRIPTORS_H_

#include <dlfcn.h>
#include <errno.h>

#include <cstdint>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"

// The sanitizer's interceptor of `name`, or libc's function where it has none. RC_WEAKLY(name) at namespace scope comes
// before RC_BEHIND(name).
#define RC_WEAKLY(name) extern "C" __attribute__((weak)) decltype(::name) RC_SANITIZED(name);
#define RC_BEHIND(name) \
  (&RC_SANITIZED(name) != nullptr ? &RC_SANITIZED(name) : reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name)))

namespace racecourse {

inline int Fail(int error) {
  errno = error;
  return -1;
}

// The files that the program began with are nobody's to schedule.
void NoteInheritedFiles();

bool IsScheduled(int fd);
// A descriptor the program made, or -1.
void NoteOpened(int fd);
void NoteClosed(int fd);
// Closes all that the program made: its process stays, but has ended.
void CloseScheduled();
bool IsNonBlocking(int fd);

// The current thread goes on when the operation took place, however often it went on to wait before. False if it gave
// up, or would have had to wait and may not.
bool ArriveUntilPerformed(OperationKind kind);
// The same for a transfer, on whatever `fd` is: true too if nothing is to be waited for.
bool ArriveToTransfer(OperationKind kind, int fd);

// Something of the names of files is about to be changed, or looked at.
void ArriveToChangeNames(OperationKind kind);
void LookAtNames();

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_DESCRIPTORS_H_
