// pthread_rwlock_*: std::shared_mutex and std::shared_timed_mutex. Source: POSIX.1-2017, pthread_rwlock_rdlock. Whether
// a reader may pass a waiting writer is left to the scheduler: both policies are legal. Only a lock made with
// PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP keeps readers waiting while a writer waits, also those that have it.

#include <errno.h>
#include <pthread.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/wait.h"
#include "framework/interpose/destroyed.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

SyncObject& RwlockObject(pthread_rwlock_t* lock) {
  return TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(lock), ObjectKind::kRwlock);
}

// To be asked when the thread performs its operation: others may have moved since it announced it.
void CheckAlive(const pthread_rwlock_t* lock, SyncObject& object) {
  if (IsDestroyed(lock, object)) ReportMisuse("uses a shared mutex that was already destroyed", &object);
}

bool IsForWriting(OperationKind kind) {
  return kind == OperationKind::kWriteLock || kind == OperationKind::kTimedWriteLock;
}

bool WriterWaits(const Execution& execution, const SyncObject& object) {
  bool waits = false;
  object.waiting.ForEach([&](ThreadSlot slot) { waits |= IsForWriting(execution.pending[slot].kind); });
  return waits;
}

// glibc keeps the preference in __flags. An object's address is that of the program's lock.
bool PrefersWriters(const SyncObject& object) {
  return reinterpret_cast<const pthread_rwlock_t*>(object.address)->__data.__flags ==
         PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

bool IsFree(const Execution& execution, const SyncObject& object, bool for_writing) {
  if (object.owner != kNoThread) return false;
  if (for_writing) return object.count == 0;
  return __builtin_expect(!PrefersWriters(object), 1) || !WriterWaits(execution, object);
}

// Recomputes who of the waiting threads can go on.
void UpdateWaiting(Execution& execution, SyncObject& object) {
  object.waiting.ForEach([&](ThreadSlot slot) {
    if (IsFree(execution, object, IsForWriting(execution.pending[slot].kind))) {
      execution.enabled.Add(slot);
    } else {
      execution.enabled.Remove(slot);
    }
  });
}

void Take(Execution& execution, Thread& self, SyncObject& object, bool for_writing) {
  if (for_writing) {
    object.owner = self.accessor.slot;
    object.owned_since = execution.step_count + 1;
  } else {
    ++object.count;
    object.holders.Add(self.accessor.slot);
    object.atomic_reads.Set(self.accessor.slot, object.atomic_reads.Get(self.accessor.slot) + 1, &execution.arena);
    object.owned_since = execution.step_count + 1;
  }
  ++self.locks_held;
  Acquire(self, object.clock);
  UpdateWaiting(execution, object);
}

int Lock(pthread_rwlock_t* lock, bool for_writing, OperationKind kind, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  EnterUnsafe("pthread_rwlock_rdlock, or _wrlock,");
  SyncObject& object = RwlockObject(lock);
  bool is_interrupted = false;
  do {
    if (is_interrupted) HandleInterruption(false);
    BeginWait(&object, deadline, false);
    if (IsFree(execution, object, for_writing)) execution.enabled.Add(slot);
    execution.pending[slot] = {kind, object.address};
    object.waiting.Add(slot);
    if (for_writing && PrefersWriters(object)) UpdateWaiting(execution, object);
    is_interrupted = ArriveInterruptibly(kind, object.address, false);
    object.waiting.Remove(slot);
    EndWait(slot);
    if (is_interrupted) UpdateWaiting(execution, object);
  } while (is_interrupted);
  if (!IsFree(execution, object, for_writing)) {
    UpdateWaiting(execution, object);
    if (execution.records) NoteOutcome("times out");
    Performed(kind, &object, 0);
    return ETIMEDOUT;
  }
  CheckAlive(lock, object);
  Take(execution, self, object, for_writing);
  Performed(kind, &object, 1);
  return 0;
}

int TryLock(pthread_rwlock_t* lock, bool for_writing) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SyncObject& object = RwlockObject(lock);
  const OperationKind kind = for_writing ? OperationKind::kTryWriteLock : OperationKind::kTryReadLock;
  Arrive(kind, object.address);
  CheckAlive(lock, object);
  const bool succeeds = IsFree(execution, object, for_writing);
  if (succeeds) {
    Take(execution, self, object, for_writing);
    NoteChange();
  } else {
    execution.resting.Add(self.accessor.slot);
  }
  if (execution.records) NoteOutcome(succeeds ? "succeeds" : "fails: it is locked");
  Performed(kind, &object, succeeds);
  return succeeds ? 0 : EBUSY;
}

int Unlock(pthread_rwlock_t* lock) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SyncObject& object = RwlockObject(lock);
  Arrive(OperationKind::kRwlockUnlock, object.address);
  CheckAlive(lock, object);
  if (object.owner == self.accessor.slot) {
    Release(self, &object.clock);
    object.owner = kNoThread;
  } else if (object.holders.Contains(self.accessor.slot)) {
    // Readers are not ordered with one another, only with the next writer: for that, all of them count.
    ReleaseJoin(self, &object.clock);
    --object.count;
    const Clock times_held = object.atomic_reads.Get(self.accessor.slot) - 1;
    object.atomic_reads.Set(self.accessor.slot, times_held, &execution.arena);
    if (times_held == 0) object.holders.Remove(self.accessor.slot);
  } else {
    ReportMisuse("unlocks a shared mutex that it does not hold", &object);
  }
  --self.locks_held;
  UpdateWaiting(execution, object);
  NoteChange();
  Performed(OperationKind::kRwlockUnlock, &object, object.count);
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_rdlock)(lock);
  return Lock(lock, false, OperationKind::kReadLock, kNever);
}
RC_INTERPOSE int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_wrlock)(lock);
  return Lock(lock, true, OperationKind::kWriteLock, kNever);
}
RC_INTERPOSE int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_tryrdlock)(lock);
  return TryLock(lock, false);
}
RC_INTERPOSE int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_trywrlock)(lock);
  return TryLock(lock, true);
}
RC_INTERPOSE int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_timedrdlock)(lock, deadline);
  return Lock(lock, false, OperationKind::kTimedReadLock, DeadlineOn(CLOCK_REALTIME, *deadline));
}
RC_INTERPOSE int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_timedwrlock)(lock, deadline);
  return Lock(lock, true, OperationKind::kTimedWriteLock, DeadlineOn(CLOCK_REALTIME, *deadline));
}
RC_INTERPOSE int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                                            const timespec* deadline) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_clockrdlock)(lock, clock, deadline);
  return Lock(lock, false, OperationKind::kTimedReadLock, DeadlineOn(clock, *deadline));
}
RC_INTERPOSE int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                                            const timespec* deadline) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_clockwrlock)(lock, clock, deadline);
  return Lock(lock, true, OperationKind::kTimedWriteLock, DeadlineOn(clock, *deadline));
}
RC_INTERPOSE int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_unlock)(lock);
  return Unlock(lock);
}
RC_INTERPOSE int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) noexcept {
  const int result = RC_REAL(pthread_rwlock_init)(lock, attributes);
  if (IsControlled() && result == 0) {
    SyncObject& object = TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(lock), ObjectKind::kRwlock);
    object.is_destroyed = false;
    object.owner = kNoThread;
    object.count = 0;
    object.holders.Clear();
    object.atomic_reads.Clear();
  }
  return result;
}
RC_INTERPOSE int pthread_rwlock_destroy(pthread_rwlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_rwlock_destroy)(lock);
  SyncObject& object = RwlockObject(lock);
  if (object.owner != kNoThread || object.count > 0) ReportMisuse("destroys a shared mutex that is locked", &object);
  MarkDestroyed(lock, object);
  return 0;
}
