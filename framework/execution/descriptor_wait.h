// Threads that wait for descriptors. An operation that would block is enabled when the kernel would not block: it is
// asked with poll, and as everything else stands still the answer holds until the next operation on a descriptor.
#ifndef RACECOURSE_EXECUTION_DESCRIPTOR_WAIT_H_
#define RACECOURSE_EXECUTION_DESCRIPTOR_WAIT_H_

#include <poll.h>

#include "framework/core/text.h"
#include "framework/execution/scheduler.h"

namespace racecourse {

class FindingBuilder;

enum class Readiness : std::uint8_t { kReady, kTimedOut, kInterrupted };

// A scheduling point: returns when one of `entries` is ready and it is the current thread's turn, when `deadline`
// passed before, or when a signal came whose handler does not let the call be taken up again. `object` names what is
// waited for. `restarts`: SA_RESTART holds for the call.
Readiness AwaitDescriptors(OperationKind kind, SyncObject* object, pollfd* entries, unsigned count,
                           VirtualTime deadline, bool restarts = true);

// Asks again which waiting threads can go on. To be called after every operation that may have changed the answer.
// True if one can now that could not before.
bool RecheckDescriptors();

// As RecheckDescriptors, where nobody else can move: libc's own functions may have written to a pipe, or closed it,
// without our knowledge. Asks once after each step.
bool RecheckWhenNobodyMoves();

// True if `thread` waits for descriptors.
bool WaitsForDescriptors(const Thread& thread);
// "data from pipe#3 (descriptor 5), whose write end is still open as descriptor 6".
void DescribeDescriptorWait(Text& text, const Thread& thread);
// Adds where the other ends were opened.
void AddOtherEnds(FindingBuilder& builder, const Thread& thread);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_DESCRIPTOR_WAIT_H_
