// sem_*, pthread_spin_*, pthread_barrier_*. Source: POSIX.1-2017.

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include "framework/execution/faults.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/wait.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

SyncObject& ObjectAt(const volatile void* p, ObjectKind kind) {
  return TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(p), kind);
}

// The value lives in the program's sem_t, where sem_init and the image put it; glibc keeps it in the low half.
unsigned& ValueOf(sem_t* semaphore) { return *reinterpret_cast<unsigned*>(semaphore); }

void UpdateWaiting(Execution& execution, SyncObject& object, unsigned value) {
  if (value > 0) {
    execution.enabled.AddAll(object.waiting);
  } else {
    execution.enabled.RemoveAll(object.waiting);
  }
}

// There is no static initialiser: between its end and sem_init, what lies there is no semaphore.
void CheckAlive(const SyncObject& object) {
  if (object.is_destroyed) ReportMisuse("uses a semaphore that was already destroyed", &object);
}

int SemaphoreWait(sem_t* semaphore, OperationKind kind, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  SyncObject& object = ObjectAt(semaphore, ObjectKind::kSemaphore);
  CheckAlive(object);
  EnterUnsafe("sem_wait");
  TestCancel();
  for (bool is_interrupted = true; is_interrupted;) {
    if (ValueOf(semaphore) == 0 && Fails(kInterruptions)) {
      PerformInterrupted(kind, &object);
      errno = EINTR;
      return -1;
    }
    object.waiting.Add(slot);
    BeginWait(&object, deadline, false);
    if (ValueOf(semaphore) > 0) execution.enabled.Add(slot);
    is_interrupted = ArriveInterruptibly(kind, object.address, true);
    object.waiting.Remove(slot);
    EndWait(slot);
    if (is_interrupted && HandleInterruption(true)) {
      if (execution.records) NoteOutcome("interrupted by a signal");
      Performed(kind, &object, 0);
      errno = EINTR;
      return -1;
    }
  }
  if (ValueOf(semaphore) == 0) {
    Performed(kind, &object, 0);
    errno = ETIMEDOUT;
    return -1;
  }
  --ValueOf(semaphore);
  Acquire(self, object.clock);
  UpdateWaiting(execution, object, ValueOf(semaphore));
  NoteChange();
  Performed(kind, &object, ValueOf(semaphore) + 1);
  return 0;
}

int SemaphoreTryWait(sem_t* semaphore) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SyncObject& object = ObjectAt(semaphore, ObjectKind::kSemaphore);
  Arrive(OperationKind::kSemaphoreTryWait, object.address);
  CheckAlive(object);
  const bool succeeds = ValueOf(semaphore) > 0;
  Performed(OperationKind::kSemaphoreTryWait, &object, succeeds);
  if (!succeeds) {
    execution.resting.Add(self.accessor.slot);
    errno = EAGAIN;
    return -1;
  }
  --ValueOf(semaphore);
  Acquire(self, object.clock);
  UpdateWaiting(execution, object, ValueOf(semaphore));
  NoteChange();
  return 0;
}

int SemaphorePost(sem_t* semaphore) {
  Execution& execution = TheExecution();
  SyncObject& object = ObjectAt(semaphore, ObjectKind::kSemaphore);
  Arrive(OperationKind::kSemaphorePost, object.address);
  CheckAlive(object);
  ReleaseJoin(*execution.current, &object.clock);
  ++ValueOf(semaphore);
  UpdateWaiting(execution, object, ValueOf(semaphore));
  NoteChange();
  Performed(OperationKind::kSemaphorePost, &object, ValueOf(semaphore));
  return 0;
}

int SpinLock(pthread_spinlock_t* lock, bool tries_only) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  SyncObject& object = ObjectAt(lock, ObjectKind::kSpinlock);
  const OperationKind kind = tries_only ? OperationKind::kSpinTryLock : OperationKind::kSpinLock;
  if (tries_only) Arrive(kind, object.address);
  for (bool waits = !tries_only; waits;) {
    object.waiting.Add(slot);
    BeginWait(&object, kNever, false);
    if (object.owner == kNoThread) execution.enabled.Add(slot);
    waits = ArriveInterruptibly(kind, object.address, false);
    object.waiting.Remove(slot);
    EndWait(slot);
    if (waits) HandleInterruption(false);
  }
  const bool succeeds = object.owner == kNoThread;
  if (succeeds) {
    object.owner = slot;
    ++self.locks_held;
    object.owned_since = execution.step_count + 1;
    Acquire(self, object.clock);
    execution.enabled.RemoveAll(object.waiting);
    NoteChange();
  } else {
    execution.resting.Add(slot);
  }
  Performed(kind, &object, succeeds);
  return succeeds ? 0 : EBUSY;
}

int SpinUnlock(pthread_spinlock_t* lock) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SyncObject& object = ObjectAt(lock, ObjectKind::kSpinlock);
  Arrive(OperationKind::kSpinUnlock, object.address);
  if (object.owner != self.accessor.slot) ReportMisuse("unlocks a spinlock that it does not hold", &object);
  Release(self, &object.clock);
  object.owner = kNoThread;
  --self.locks_held;
  execution.enabled.AddAll(object.waiting);
  NoteChange();
  Performed(OperationKind::kSpinUnlock, &object);
  return 0;
}

int BarrierWait(pthread_barrier_t* barrier) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  SyncObject& object = ObjectAt(barrier, ObjectKind::kBarrier);
  if (object.limit == 0) ReportMisuse("waits at a barrier that was not initialised, or was destroyed", &object);
  Arrive(OperationKind::kBarrierWait, object.address);
  ReleaseJoin(self, &object.clock);
  Performed(OperationKind::kBarrierWait, &object, ++object.count);
  if (object.count < object.limit) {
    const Step round = object.owned_since;
    // A handler may run while the round is completed.
    while (object.owned_since == round) {
      object.waiting.Add(slot);
      BeginWait(&object, kNever, false);
      if (!ArriveInterruptibly(OperationKind::kBarrierWait, object.address, false)) break;
      object.waiting.Remove(slot);
      HandleInterruption(false);
    }
    Acquire(self, object.clock);
    Performed(OperationKind::kBarrierWait, &object, 0);
    return 0;
  }
  // The last to arrive lets all go on, and everything before the barrier happens before everything after it.
  object.count = 0;
  object.owned_since = execution.step_count;
  object.waiting.ForEach([&](ThreadSlot waiting) {
    Acquire(execution.threads[waiting], object.clock);
    Grant(waiting);
  });
  object.waiting.Clear();
  Acquire(self, object.clock);
  NoteChange();
  return PTHREAD_BARRIER_SERIAL_THREAD;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int sem_init(sem_t* semaphore, int is_shared, unsigned value) noexcept {
  const int result = RC_REAL(sem_init)(semaphore, is_shared, value);
  if (IsControlled() && result == 0) ObjectAt(semaphore, ObjectKind::kSemaphore).is_destroyed = false;
  return result;
}
RC_INTERPOSE int sem_destroy(sem_t* semaphore) noexcept {
  if (!IsControlled()) return RC_REAL(sem_destroy)(semaphore);
  SyncObject& object = ObjectAt(semaphore, ObjectKind::kSemaphore);
  CheckAlive(object);
  // A thread for which there is a place already does not wait any more.
  if (object.waiting.Size() > ValueOf(semaphore)) {
    ReportMisuse("destroys a semaphore on which a thread still waits", &object);
  }
  object.is_destroyed = true;
  return 0;
}
RC_INTERPOSE int sem_wait(sem_t* semaphore) {
  if (!IsControlled()) return RC_REAL(sem_wait)(semaphore);
  return SemaphoreWait(semaphore, OperationKind::kSemaphoreWait, kNever);
}
RC_INTERPOSE int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  if (!IsControlled()) return RC_REAL(sem_timedwait)(semaphore, deadline);
  return SemaphoreWait(semaphore, OperationKind::kSemaphoreTimedWait, DeadlineOn(CLOCK_REALTIME, *deadline));
}
RC_INTERPOSE int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  if (!IsControlled()) return RC_REAL(sem_clockwait)(semaphore, clock, deadline);
  return SemaphoreWait(semaphore, OperationKind::kSemaphoreTimedWait, DeadlineOn(clock, *deadline));
}
RC_INTERPOSE int sem_trywait(sem_t* semaphore) noexcept {
  if (!IsControlled()) return RC_REAL(sem_trywait)(semaphore);
  return SemaphoreTryWait(semaphore);
}
RC_INTERPOSE int sem_post(sem_t* semaphore) noexcept {
  if (!IsControlled()) return RC_REAL(sem_post)(semaphore);
  return SemaphorePost(semaphore);
}
RC_INTERPOSE int pthread_spin_init(pthread_spinlock_t* lock, int shared) noexcept {
  const int result = RC_REAL(pthread_spin_init)(lock, shared);
  if (IsControlled() && result == 0) ObjectAt(lock, ObjectKind::kSpinlock).owner = kNoThread;
  return result;
}
RC_INTERPOSE int pthread_spin_destroy(pthread_spinlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_spin_destroy)(lock);
  SyncObject& object = ObjectAt(lock, ObjectKind::kSpinlock);
  if (object.owner != kNoThread) ReportMisuse("destroys a spinlock that is locked", &object);
  return 0;
}
RC_INTERPOSE int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_spin_lock)(lock);
  return SpinLock(lock, false);
}
RC_INTERPOSE int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_spin_trylock)(lock);
  return SpinLock(lock, true);
}
RC_INTERPOSE int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_spin_unlock)(lock);
  return SpinUnlock(lock);
}
RC_INTERPOSE int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t* attributes,
                                      unsigned count) noexcept {
  const int result = RC_REAL(pthread_barrier_init)(barrier, attributes, count);
  if (IsControlled() && result == 0) {
    SyncObject& object = ObjectAt(barrier, ObjectKind::kBarrier);
    object.limit = count;
    object.count = 0;
  }
  return result;
}
RC_INTERPOSE int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_barrier_destroy)(barrier);
  SyncObject& object = ObjectAt(barrier, ObjectKind::kBarrier);
  if (!object.waiting.Empty()) ReportMisuse("destroys a barrier at which a thread still waits", &object);
  object.limit = 0;
  return 0;
}
RC_INTERPOSE int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_barrier_wait)(barrier);
  return BarrierWait(barrier);
}
