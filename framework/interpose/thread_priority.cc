// Policies and priorities of threads. A program may set them, as if it had the privilege, and is told what it has set.
// They have no effect: which thread runs is the strategy's choice, because on a machine with several processors a
// thread of the lowest priority runs beside one of the highest, so no priority orders anything. Nothing of it reaches
// the kernel, whose one running thread is the engine. Source: POSIX.1-2017, 2.8.4, pthread_setschedparam,
// sched_setscheduler; sched(7).

#include "framework/interpose/thread_priority.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

#include "framework/execution/puppet.h"
#include "framework/interpose/entropy.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr int kPriorityMax = 99;
constexpr int kNicenessMax = 19;
constexpr int kNicenessMin = -20;

bool IsRealTime(int policy) { return policy == SCHED_FIFO || policy == SCHED_RR; }

// Whether the policy exists and has the priority. SCHED_DEADLINE has parameters of its own, and a call of its own.
bool Exists(int policy, int priority) {
  if (IsRealTime(policy)) return priority >= 1 && priority <= kPriorityMax;
  return (policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE) && priority == 0;
}

int Fail(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

Thread* ThreadOf(pthread_t handle) {
  const ThreadSlot slot = SlotOfHandle(handle);
  if (slot == kNoThread || TheExecution().threads[slot].state == Thread::State::kFree) return nullptr;
  return &TheExecution().threads[slot];
}

// The thread that gettid names so, or the main thread of the process with that id. 0 is the one that asks.
Thread* ThreadWithId(pid_t id) {
  Execution& execution = TheExecution();
  if (id == 0) return execution.current;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    Thread& thread = execution.threads[slot];
    if (thread.state == Thread::State::kLive && kVirtualProcessId + thread.id == id) return &thread;
  }
  return nullptr;
}

// Returns an error's number, or 0.
int Request(Thread* thread, int policy, int priority) {
  if (thread == nullptr) return ESRCH;
  if (!Exists(policy, priority)) return EINVAL;
  thread->scheduling.policy = policy;
  thread->scheduling.priority = priority;
  return 0;
}

int SetNiceness(Thread& thread, int niceness) {
  thread.scheduling.niceness = niceness > kNicenessMax   ? kNicenessMax
                               : niceness < kNicenessMin ? kNicenessMin
                                                         : niceness;
  return thread.scheduling.niceness;
}

// Whom getpriority and setpriority speak of; null with errno set if it is nobody. A user's processes and a group's are
// this one, as far as the program can see.
Thread* Addressee(int which, id_t who) {
  if (which != PRIO_PROCESS && which != PRIO_PGRP && which != PRIO_USER) {
    errno = EINVAL;
    return nullptr;
  }
  Thread* thread = ThreadWithId(which == PRIO_PROCESS ? static_cast<pid_t>(who) : 0);
  if (thread == nullptr) errno = ESRCH;
  return thread;
}

}  // namespace

bool ReadScheduling(const pthread_attr_t& attributes, SchedulingRequest* scheduling) {
  int inherits = PTHREAD_INHERIT_SCHED;
  pthread_attr_getinheritsched(&attributes, &inherits);
  if (inherits == PTHREAD_INHERIT_SCHED) return true;
  sched_param parameters = {};
  pthread_attr_getschedpolicy(&attributes, &scheduling->policy);
  pthread_attr_getschedparam(&attributes, &parameters);
  scheduling->priority = parameters.sched_priority;
  return Exists(scheduling->policy, scheduling->priority);
}

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_setschedparam(pthread_t handle, int policy, const sched_param* parameters) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_setschedparam)(handle, policy, parameters);
  return Request(ThreadOf(handle), policy, parameters->sched_priority);
}
RC_INTERPOSE int pthread_getschedparam(pthread_t handle, int* policy, sched_param* parameters) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_getschedparam)(handle, policy, parameters);
  const Thread* thread = ThreadOf(handle);
  if (thread == nullptr) return ESRCH;
  *policy = thread->scheduling.policy;
  parameters->sched_priority = thread->scheduling.priority;
  return 0;
}
RC_INTERPOSE int pthread_setschedprio(pthread_t handle, int priority) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_setschedprio)(handle, priority);
  Thread* thread = ThreadOf(handle);
  return thread == nullptr ? ESRCH : Request(thread, thread->scheduling.policy, priority);
}

RC_INTERPOSE int sched_setscheduler(pid_t id, int policy, const sched_param* parameters) noexcept {
  if (!IsControlled()) return RC_REAL(sched_setscheduler)(id, policy, parameters);
  if (parameters == nullptr) return Fail(EINVAL);
  return Fail(Request(ThreadWithId(id), policy & ~SCHED_RESET_ON_FORK, parameters->sched_priority));
}
RC_INTERPOSE int sched_getscheduler(pid_t id) noexcept {
  if (!IsControlled()) return RC_REAL(sched_getscheduler)(id);
  const Thread* thread = ThreadWithId(id);
  return thread == nullptr ? Fail(ESRCH) : thread->scheduling.policy;
}
RC_INTERPOSE int sched_setparam(pid_t id, const sched_param* parameters) noexcept {
  if (!IsControlled()) return RC_REAL(sched_setparam)(id, parameters);
  Thread* thread = ThreadWithId(id);
  if (thread == nullptr) return Fail(ESRCH);
  return parameters == nullptr ? Fail(EINVAL)
                               : Fail(Request(thread, thread->scheduling.policy, parameters->sched_priority));
}
RC_INTERPOSE int sched_getparam(pid_t id, sched_param* parameters) noexcept {
  if (!IsControlled()) return RC_REAL(sched_getparam)(id, parameters);
  const Thread* thread = ThreadWithId(id);
  if (thread == nullptr) return Fail(ESRCH);
  if (parameters == nullptr) return Fail(EINVAL);
  parameters->sched_priority = thread->scheduling.priority;
  return 0;
}
RC_INTERPOSE int sched_rr_get_interval(pid_t id, timespec* interval) noexcept {
  if (!IsControlled()) return RC_REAL(sched_rr_get_interval)(id, interval);
  const Thread* thread = ThreadWithId(id);
  if (thread == nullptr) return Fail(ESRCH);
  *interval = {0, thread->scheduling.policy == SCHED_FIFO ? 0 : 100'000'000};
  return 0;
}

RC_INTERPOSE int nice(int more) noexcept {
  if (!IsControlled()) return RC_REAL(nice)(more);
  Thread& self = *TheExecution().current;
  const int limit = kNicenessMax - kNicenessMin;  // no more makes a difference
  return SetNiceness(self, self.scheduling.niceness + (more > limit ? limit : more < -limit ? -limit : more));
}
RC_INTERPOSE int getpriority(__priority_which_t which, id_t who) noexcept {
  if (!IsControlled()) return RC_REAL(getpriority)(which, who);
  const Thread* thread = Addressee(which, who);
  return thread == nullptr ? -1 : thread->scheduling.niceness;
}
RC_INTERPOSE int setpriority(__priority_which_t which, id_t who, int niceness) noexcept {
  if (!IsControlled()) return RC_REAL(setpriority)(which, who, niceness);
  Thread* thread = Addressee(which, who);
  if (thread == nullptr) return -1;
  SetNiceness(*thread, niceness);
  return 0;
}
