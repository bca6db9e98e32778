// pthread_mutex_*: std::mutex and its relatives. Source: POSIX.1-2017, pthread_mutex_lock. Priorities mean nothing
// where the scheduler decides: mutexes that inherit or protect them are like any other.

#include "framework/interpose/mutex.h"

#include <errno.h>
#include <pthread.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/mutex_kind.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/wait.h"
#include "framework/interpose/destroyed.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

void Take(Execution& execution, Thread& self, SyncObject& object) {
  object.owner = self.accessor.slot;
  ++self.locks_held;
  if (__builtin_expect(self.held_count < kHeldMutexesMax, 1)) self.held_mutexes[self.held_count] = &object;
  ++self.held_count;
  object.count = 1;
  object.owned_since = execution.step_count + 1;
  Acquire(self, object.clock);
  execution.enabled.RemoveAll(object.waiting);
}

// The thread asks for a mutex while it holds others.
__attribute__((noinline)) void NoteLockOrder(Execution& execution, const Thread& self, const SyncObject& wanted) {
  if (self.held_count > kHeldMutexesMax) return;
  LockOrderStep step;
  step.wanted = wanted.address;
  step.thread_id = self.id;
  step.held_count = self.held_count;
  for (std::uint32_t i = 0; i < self.held_count; ++i) step.held[i] = self.held_mutexes[i]->address;
  execution.lock_order.Note(step);
}

// `object` is the current thread's no more; most often it took it last.
void Forget(Thread& self, const SyncObject& object) {
  const std::uint32_t count = --self.held_count;
  if (__builtin_expect(count < kHeldMutexesMax && self.held_mutexes[count] == &object, 1)) return;
  std::uint32_t at = 0;
  while (at < kHeldMutexesMax && at < count && self.held_mutexes[at] != &object) ++at;
  for (; at + 1 < kHeldMutexesMax && at < count; ++at) self.held_mutexes[at] = self.held_mutexes[at + 1];
}

// To be asked when the thread performs its operation: others may have moved since it announced it.
void CheckAlive(const pthread_mutex_t* mutex, SyncObject& object) {
  if (IsDestroyed(mutex, object)) ReportMisuse("uses a mutex that was already destroyed", &object);
}

// A variable of the program itself, not on a stack and not on the heap.
bool IsGlobal(const pthread_mutex_t* mutex) {
  const auto address = reinterpret_cast<std::uintptr_t>(mutex);
  return address >= TheExecution().data_begin && address < TheExecution().data_end;
}

}  // namespace

SyncObject& MutexObject(pthread_mutex_t* mutex) {
  return TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(mutex), ObjectKind::kMutex);
}

// The current thread must have the mutex before it goes on; it returns without it only when the deadline passes.
bool AwaitMutex(SyncObject& object, OperationKind kind, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  if (__builtin_expect(self.held_count > 0, 0) && deadline == kNever) NoteLockOrder(execution, self, object);
  for (;;) {
    object.waiting.Add(slot);
    self.wake_reason = WakeReason::kGranted;
    const bool waits = object.owner != kNoThread || deadline != kNever;
    if (__builtin_expect(waits, 0)) {
      BeginWait(&object, deadline, false);
      if (object.owner == kNoThread) execution.enabled.Add(slot);
      self.interruptible = Interruptibility::kOnlyBySignals;
    }
    // Another thread may take the mutex while this one is on its way.
    self.waits_for = &object;
    Arrive(kind, object.address);
    object.waiting.Remove(slot);
    self.waits_for = nullptr;
    if (__builtin_expect(!waits, 1)) break;
    self.interruptible = Interruptibility::kNone;
    EndWait(slot);
    if (__builtin_expect(self.wake_reason != WakeReason::kInterrupted, 1)) break;
    HandleInterruption(false);
  }
  if (self.wake_reason == WakeReason::kTimeout && object.owner != kNoThread) return false;
  Take(execution, self, object);
  return true;
}

void ReleaseMutex(SyncObject& object) {
  Execution& execution = TheExecution();
  Release(*execution.current, &object.clock);
  --execution.current->locks_held;
  Forget(*execution.current, object);
  object.owner = kNoThread;
  object.count = 0;
  execution.enabled.AddAll(object.waiting);
  NoteChange();
}

int ResultOfUnsoundLock(SyncObject& object) {
  if (object.recovery == Recovery::kOwnerDied) {
    if (TheExecution().records) NoteOutcome("its owner ended with it");
    return EOWNERDEAD;
  }
  ReleaseMutex(object);
  if (TheExecution().records) NoteOutcome("it is not recoverable");
  return ENOTRECOVERABLE;
}

namespace {

bool IsValid(const timespec& time) { return time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000; }

int Lock(pthread_mutex_t* mutex, OperationKind kind, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  EnterUnsafe("pthread_mutex_lock");
  SyncObject& object = MutexObject(mutex);
  if (object.owner == self.accessor.slot) {
    const int type = TypeOf(mutex);
    if (type == PTHREAD_MUTEX_RECURSIVE) {
      Arrive(kind, object.address);
      ++object.count;
      Performed(kind, &object, object.count);
      return 0;
    }
    if (type == PTHREAD_MUTEX_ERRORCHECK) return EDEADLK;
  }
  if (!AwaitMutex(object, kind, deadline)) {
    if (execution.records) NoteOutcome("times out");
    Performed(kind, &object, 0);
    return ETIMEDOUT;
  }
  CheckAlive(mutex, object);
  const int result = ResultOfLock(object);
  Performed(kind, &object, 1);
  return result;
}

// The time limit is looked at only where the thread has to wait.
int TimedLock(pthread_mutex_t* mutex, clockid_t clock, const timespec& deadline) {
  if (IsValid(deadline)) return Lock(mutex, OperationKind::kMutexTimedLock, DeadlineOn(clock, deadline));
  const int result = pthread_mutex_trylock(mutex);
  return result == EBUSY ? EINVAL : result;
}

int TryLock(pthread_mutex_t* mutex) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SyncObject& object = MutexObject(mutex);
  Arrive(OperationKind::kMutexTryLock, object.address);
  CheckAlive(mutex, object);
  int result = EBUSY;
  if (object.owner == kNoThread) {
    Take(execution, self, object);
    result = ResultOfLock(object);
  } else if (object.owner == self.accessor.slot && TypeOf(mutex) == PTHREAD_MUTEX_RECURSIVE) {
    ++object.count;
    result = 0;
  }
  if (execution.records && result != EOWNERDEAD) {
    NoteOutcome(result == 0 ? "succeeds" : result == EBUSY ? "fails: it is locked" : "fails: it is not recoverable");
  }
  Performed(OperationKind::kMutexTryLock, &object, result == 0);
  if (result != EBUSY) {
    NoteChange();
  } else {
    // A thread that tries again and again gives the owner a chance to let go.
    execution.resting.Add(self.accessor.slot);
  }
  return result;
}

int Unlock(pthread_mutex_t* mutex) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SyncObject& object = MutexObject(mutex);
  Arrive(OperationKind::kMutexUnlock, object.address);
  CheckAlive(mutex, object);
  if (object.owner != self.accessor.slot) {
    const int type = TypeOf(mutex);
    if (type == PTHREAD_MUTEX_ERRORCHECK || type == PTHREAD_MUTEX_RECURSIVE || IsRobust(mutex)) return EPERM;
    ReportMisuse(
        object.owner == kNoThread ? "unlocks a mutex that is not locked" : "unlocks a mutex that another thread holds",
        &object);
  }
  if (--object.count > 0) {
    Performed(OperationKind::kMutexUnlock, &object, object.count);
    return 0;
  }
  if (__builtin_expect(object.recovery == Recovery::kOwnerDied, 0)) object.recovery = Recovery::kNotRecoverable;
  ReleaseMutex(object);
  Performed(OperationKind::kMutexUnlock, &object);
  return 0;
}

int MakeConsistent(pthread_mutex_t* mutex) {
  SyncObject& object = MutexObject(mutex);
  CheckAlive(mutex, object);
  if (object.recovery != Recovery::kOwnerDied || object.owner != TheExecution().current->accessor.slot) return EINVAL;
  object.recovery = Recovery::kSound;
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_lock)(mutex);
  return Lock(mutex, OperationKind::kMutexLock, kNever);
}
RC_INTERPOSE int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_trylock)(mutex);
  return TryLock(mutex);
}
RC_INTERPOSE int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_timedlock)(mutex, deadline);
  return TimedLock(mutex, CLOCK_REALTIME, *deadline);
}
RC_INTERPOSE int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_clocklock)(mutex, clock, deadline);
  return TimedLock(mutex, clock, *deadline);
}
RC_INTERPOSE int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_unlock)(mutex);
  return Unlock(mutex);
}
RC_INTERPOSE int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_init)(mutex, attributes);
  SyncObject& object = MutexObject(mutex);
  // Only a global is known to be the same mutex still: elsewhere the memory may have had another life meanwhile.
  if (object.owner != kNoThread && IsGlobal(mutex)) ReportMisuse("initialises a mutex that is locked", &object);
  const int result = RC_REAL(pthread_mutex_init)(mutex, attributes);
  if (result == 0) {
    object.is_destroyed = false;
    object.recovery = Recovery::kSound;
    object.owner = kNoThread;
    object.count = 0;
  }
  return result;
}
RC_INTERPOSE int pthread_mutex_consistent(pthread_mutex_t* mutex) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_consistent)(mutex);
  return MakeConsistent(mutex);
}
RC_INTERPOSE int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_mutex_destroy)(mutex);
  SyncObject& object = MutexObject(mutex);
  if (object.owner != kNoThread) ReportMisuse("destroys a mutex that is locked", &object);
  MarkDestroyed(mutex, object);
  return 0;
}
