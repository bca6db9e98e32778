// pthread_create and the life of threads. Source: POSIX.1-2017; std::thread and std::jthread stand on these.

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/puppet.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/thread_exit.h"
#include "framework/execution/wait.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/thread_priority.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

int Create(pthread_t* handle, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SchedulingRequest scheduling = self.scheduling;
  if (attributes != nullptr && !ReadScheduling(*attributes, &scheduling)) return EINVAL;
  EnterUnsafe("pthread_create");
  Arrive(OperationKind::kThreadCreate, 0);
  const ThreadSlot slot = ClaimSlot(self.accessor.slot);
  Thread& thread = NewThread(slot, self.accessor.slot);
  thread.start = start;
  thread.argument = argument;
  if (attributes != nullptr) {
    int detached = PTHREAD_CREATE_JOINABLE;
    pthread_attr_getdetachstate(attributes, &detached);
    thread.is_detached = detached == PTHREAD_CREATE_DETACHED;
  }
  thread.scheduling = scheduling;
  self.accessor.Tick();  // what the creator does from here on is not known to the new thread
  thread.created_at_step = execution.step_count + 1;
  StartThread(slot);
  // Only now: a process that had the slot before has left its own handle there.
  *handle = thread.handle;
  PerformedOnThread(OperationKind::kThreadCreate, thread);
  NoteChange();
  return 0;
}

int Join(pthread_t handle, void** result, OperationKind kind, VirtualTime deadline, bool tries_only) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = SlotOfHandle(handle);
  if (slot == kNoThread) return ESRCH;
  if (slot == self.accessor.slot) return EDEADLK;
  Thread& thread = execution.threads[slot];
  if (thread.state == Thread::State::kFree) {
    ReportMisuse("joins a thread that was joined or detached before");
  }
  if (thread.is_detached) ReportMisuse("joins a thread that is detached");
  if (thread.joiner != kNoThread) ReportMisuse("joins a thread that another thread is joining already");
  if (thread.state == Thread::State::kLive && tries_only) {
    ArriveResting(kind, 0);
    if (thread.state == Thread::State::kLive) return EBUSY;
  }
  TestCancel();
  for (bool is_interrupted = true; is_interrupted;) {
    if (thread.state == Thread::State::kLive) {
      thread.joiner = self.accessor.slot;
      BeginWait(nullptr, deadline, false);
      if (deadline != kNever) {
        execution.sleeping.Remove(self.accessor.slot);
        execution.timed.Add(self.accessor.slot);
      }
      self.waits_for_thread = slot;
    }
    self.wake_reason = WakeReason::kGranted;
    is_interrupted = ArriveInterruptibly(kind, 0, true);
    self.waits_for_thread = kNoThread;
    thread.joiner = kNoThread;
    if (is_interrupted) HandleInterruption(true);
  }
  if (thread.state == Thread::State::kLive) return ETIMEDOUT;
  // All that the thread did happened before what follows the join.
  for (ThreadSlot i = 0; i < execution.slots_in_use; ++i) {
    Clock& known = self.accessor.clock.entries[i];
    if (known < thread.accessor.clock.entries[i]) known = thread.accessor.clock.entries[i];
  }
  if (result != nullptr) *result = thread.result;
  thread.state = Thread::State::kFree;
  PerformedOnThread(kind, thread);
  NoteChange();
  return 0;
}

int Detach(pthread_t handle) {
  Execution& execution = TheExecution();
  const ThreadSlot slot = SlotOfHandle(handle);
  if (slot == kNoThread) return ESRCH;
  Thread& thread = execution.threads[slot];
  Arrive(OperationKind::kThreadDetach, 0);
  if (thread.state == Thread::State::kFree || thread.is_detached) {
    ReportMisuse("detaches a thread that was joined or detached before");
  }
  thread.is_detached = true;
  if (thread.state == Thread::State::kFinished) thread.state = Thread::State::kFree;
  PerformedOnThread(OperationKind::kThreadDetach, thread);
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*start)(void*),
                                void* argument) noexcept {
  if (!IsControlled()) {
    const int result = TheExecution().real.pthread_create(handle, attributes, start, argument);
    if (result == 0) ++TheExecution().uncontrolled_threads;
    return result;
  }
  return Create(handle, attributes, start, argument);
}
RC_INTERPOSE int pthread_join(pthread_t handle, void** result) {
  if (!IsControlled()) {
    const int error = RC_REAL(pthread_join)(handle, result);
    if (error == 0) --TheExecution().uncontrolled_threads;
    return error;
  }
  return Join(handle, result, OperationKind::kThreadJoin, kNever, false);
}
RC_INTERPOSE int pthread_tryjoin_np(pthread_t handle, void** result) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_tryjoin_np)(handle, result);
  return Join(handle, result, OperationKind::kThreadJoin, kNever, true);
}
RC_INTERPOSE int pthread_timedjoin_np(pthread_t handle, void** result, const timespec* deadline) {
  if (!IsControlled()) return RC_REAL(pthread_timedjoin_np)(handle, result, deadline);
  return Join(handle, result, OperationKind::kThreadJoin, DeadlineOn(CLOCK_REALTIME, *deadline), false);
}
RC_INTERPOSE int pthread_clockjoin_np(pthread_t handle, void** result, clockid_t clock, const timespec* deadline) {
  if (!IsControlled()) return RC_REAL(pthread_clockjoin_np)(handle, result, clock, deadline);
  return Join(handle, result, OperationKind::kThreadJoin, DeadlineOn(clock, *deadline), false);
}
RC_INTERPOSE int pthread_detach(pthread_t handle) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_detach)(handle);
  return Detach(handle);
}
RC_INTERPOSE void pthread_exit(void* result) {
  if (!IsControlled()) RC_REAL(pthread_exit)(result);
  UnwindThread(result);
}
RC_INTERPOSE int sched_yield() noexcept {
  if (!IsControlled()) return RC_REAL(sched_yield)();
  GoesOnRegardless() ? Arrive(OperationKind::kYield, 0) : ArriveResting(OperationKind::kYield, 0);
  Performed(OperationKind::kYield, nullptr);
  return 0;
}
