// Waiting: how a thread leaves the set of enabled threads and comes back. Program code only.
#ifndef RACECOURSE_EXECUTION_WAIT_H_
#define RACECOURSE_EXECUTION_WAIT_H_

#include "framework/execution/scheduler.h"

namespace racecourse {

// The current thread will not go on before `object` (or, if null, time) lets it. It may also go on at `deadline`, early
// timeouts being choices of bounded number, and, if it `may_doze`, for no reason at all. The caller then arrives.
void BeginWait(SyncObject* object, VirtualTime deadline, bool may_doze);

// The wait of `slot` is over: it is enabled, and in no waiting set of the scheduler's any more. The object's own set of
// waiting threads is the caller's to update.
void EndWait(ThreadSlot slot);

// True if the thread is blocked, sleeps, or goes round in a loop that waits for a change.
bool IsWaiting(ThreadSlot slot);

// As EndWait, because what the thread waited for is there.
inline void Grant(ThreadSlot slot) {
  TheExecution().threads[slot].wake_reason = WakeReason::kGranted;
  EndWait(slot);
}

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_WAIT_H_
