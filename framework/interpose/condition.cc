// pthread_cond_*: std::condition_variable and its relatives. Source: POSIX.1-2017, pthread_cond_wait.

#include <errno.h>
#include <pthread.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/names.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/wait.h"
#include "framework/interpose/destroyed.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/mutex.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

SyncObject& ConditionObject(pthread_cond_t* condition) {
  return TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(condition), ObjectKind::kCondition);
}

// To be asked when the thread performs its operation: others may have moved since it announced it.
void CheckAlive(const pthread_cond_t* condition, SyncObject& object) {
  if (IsDestroyed(condition, object)) ReportMisuse("uses a condition variable that was already destroyed", &object);
}

// The clock of pthread_cond_timedwait: glibc keeps it in bit 1 of __wrefs (pthread_condattr_setclock).
clockid_t ClockOf(const pthread_cond_t* condition) {
  return (condition->__data.__wrefs & 2) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

int Wait(pthread_cond_t* condition, pthread_mutex_t* mutex, OperationKind kind, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  SyncObject& object = ConditionObject(condition);
  SyncObject& mutex_object = MutexObject(mutex);
  EnterUnsafe("pthread_cond_wait");
  TestCancel();
  Arrive(kind, object.address);
  CheckAlive(condition, object);
  if (mutex_object.owner != slot) {
    ReportMisuse("waits on a condition variable with a mutex that it does not hold", &mutex_object);
  }
  // Who waits together must wait with the same mutex. Its number is kept as the object's limit.
  if (!object.waiting.Empty() && object.limit != mutex_object.id) {
    ReportMisuse("waits on a condition variable with another mutex than those who wait on it already", &object);
  }
  object.limit = mutex_object.id;
  const std::uint32_t recursion = mutex_object.count;
  self.slept_again = self.last_woken_by == &object && self.last_own_step == self.last_woken_at;
  ReleaseMutex(mutex_object);
  object.waiting.Add(slot);
  Performed(kind, &object);
  BeginWait(&object, deadline, true);
  const bool is_interrupted = ArriveInterruptibly(kind, object.address, true);
  bool timed_out = false;
  if (object.waiting.Contains(slot)) {
    // Nobody notified it.
    object.waiting.Remove(slot);
    timed_out = self.wake_reason == WakeReason::kTimeout;
    if (execution.records) {
      NoteOutcome(timed_out        ? "times out"
                  : is_interrupted ? "is interrupted"
                                   : "wakes up for no reason (a spurious wake-up)");
    }
    Performed(kind, &object, timed_out ? 2 : 1);
  }
  // Whoever is cancelled has the mutex again before its cleanup handlers run.
  if (is_interrupted && !IsCancelled()) HandleInterruption(false);
  AwaitMutex(mutex_object, OperationKind::kMutexLock, kNever);
  mutex_object.count = recursion;
  if (execution.records) NoteOutcome("has the mutex again");
  const int result = ResultOfLock(mutex_object);
  Performed(OperationKind::kMutexLock, &mutex_object, 3);
  self.last_woken_at = execution.step_count;
  if (is_interrupted) TestCancel();
  return result != 0 ? result : timed_out ? ETIMEDOUT : 0;
}

// `slot` goes on to take the mutex again.
void Wake(SyncObject& object, ThreadSlot slot) {
  Thread& thread = TheExecution().threads[slot];
  object.waiting.Remove(slot);
  thread.last_woken_by = &object;
  Grant(slot);
}

int Notify(pthread_cond_t* condition, bool all) {
  Execution& execution = TheExecution();
  SyncObject& object = ConditionObject(condition);
  EnterUnsafe(all ? "pthread_cond_broadcast" : "pthread_cond_signal");
  const OperationKind kind = all ? OperationKind::kConditionBroadcast : OperationKind::kConditionSignal;
  Arrive(kind, object.address);
  CheckAlive(condition, object);
  const unsigned waiting = object.waiting.Size();
  const Step step = execution.step_count + 1;
  object.last_notify = step;
  char outcome[72];
  Text text(outcome);
  if (waiting == 0) {
    const ThreadSlot notifier = execution.current->accessor.slot;
    if (object.lost_notifier != notifier) object.other_lost_notify = object.last_lost_notify;
    object.last_lost_notify = step;
    object.lost_notifier = notifier;
    text << "nobody is waiting";
  } else {
    NoteChange();
    text << "wakes ";
    bool first = true;
    for (unsigned left = all ? waiting : 1; left > 0; --left) {
      // Which one a notification reaches is not ours to promise.
      const ThreadSlot slot = object.waiting.Nth(all ? 0 : ChooseOutcome(waiting));
      if (!first) text << ", ";
      first = false;
      WriteThreadName(text, execution.threads[slot]);
      Wake(object, slot);
    }
  }
  if (execution.records) NoteOutcome(outcome);
  Performed(kind, &object, waiting);
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (!IsControlled()) return RC_REAL(pthread_cond_wait)(condition, mutex);
  return Wait(condition, mutex, OperationKind::kConditionWait, kNever);
}
RC_INTERPOSE int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline) {
  if (!IsControlled()) return RC_REAL(pthread_cond_timedwait)(condition, mutex, deadline);
  return Wait(condition, mutex, OperationKind::kConditionTimedWait, DeadlineOn(ClockOf(condition), *deadline));
}
RC_INTERPOSE int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                        const timespec* deadline) {
  if (!IsControlled()) return RC_REAL(pthread_cond_clockwait)(condition, mutex, clock, deadline);
  return Wait(condition, mutex, OperationKind::kConditionTimedWait, DeadlineOn(clock, *deadline));
}
RC_INTERPOSE int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_cond_signal)(condition);
  return Notify(condition, false);
}
RC_INTERPOSE int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_cond_broadcast)(condition);
  return Notify(condition, true);
}
RC_INTERPOSE int pthread_cond_init(pthread_cond_t* condition, const pthread_condattr_t* attributes) noexcept {
  const int result = RC_REAL(pthread_cond_init)(condition, attributes);
  if (IsControlled() && result == 0) {
    SyncObject& object =
        TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(condition), ObjectKind::kCondition);
    object.is_destroyed = false;
    object.waiting.Clear();
  }
  return result;
}
RC_INTERPOSE int pthread_cond_destroy(pthread_cond_t* condition) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_cond_destroy)(condition);
  SyncObject& object = ConditionObject(condition);
  if (!object.waiting.Empty()) ReportMisuse("destroys a condition variable on which a thread still waits", &object);
  // A static one at the end of the program stays usable: a detached thread that has changed what main waited for may
  // still notify it, as std::notify_all_at_thread_exit does, and no implementation minds.
  if (TheExecution().exiting_thread == kNoThread) MarkDestroyed(condition, object);
  return 0;
}
