// syscall(): what std::atomic::wait, std::latch, std::barrier, std::counting_semaphore and std::future of libstdc++
// wait with is SYS_futex. Other numbers pass if they touch nothing that is scheduled; the rest is refused. Source:
// futex(2).

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <climits>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/names.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"
#include "framework/execution/wait.h"
#include "framework/interpose/entropy.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/loaded_code.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

long Fail(int error) {
  errno = error;
  return -1;
}

long Wait(int* word, int expected, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  const auto address = reinterpret_cast<std::uintptr_t>(word);
  const OperationKind kind = deadline == kNever ? OperationKind::kFutexWait : OperationKind::kFutexTimedWait;
  Arrive(kind, address);
  SyncObject& object = execution.shadow.Object(address, ObjectKind::kFutex);
  for (;;) {
    if (*word != expected) {
      if (execution.records) NoteOutcome("need not wait: the value has changed");
      Performed(kind, &object, 0);
      return Fail(EAGAIN);
    }
    object.waiting.Add(slot);
    Performed(kind, &object, 1);
    BeginWait(&object, deadline, false);
    const bool is_interrupted = ArriveInterruptibly(kind, address, false);
    if (!object.waiting.Contains(slot)) return 0;
    object.waiting.Remove(slot);
    if (self.wake_reason == WakeReason::kSpurious) return 0;  // it is to look again: second_look.h
    if (!is_interrupted) break;
    if (execution.records) NoteOutcome("is interrupted");
    Performed(kind, &object, 3);
    // futex(2): SA_RESTART holds where there is no timeout.
    if (HandleInterruption(false, deadline == kNever)) return Fail(EINTR);
  }
  if (execution.records) NoteOutcome("times out");
  Performed(kind, &object, 2);
  return Fail(ETIMEDOUT);
}

long Wake(int* word, int count) {
  Execution& execution = TheExecution();
  const auto address = reinterpret_cast<std::uintptr_t>(word);
  Arrive(OperationKind::kFutexWake, address);
  SyncObject& object = execution.shadow.Object(address, ObjectKind::kFutex);
  object.last_notify = execution.step_count + 1;
  if (object.waiting.Empty()) {
    object.last_lost_notify = object.last_notify;
    if (execution.records) NoteOutcome("nobody is waiting");
  }
  int woken = 0;
  for (; woken < count && !object.waiting.Empty(); ++woken) {
    const unsigned waiting = object.waiting.Size();
    const bool all = count - woken >= static_cast<int>(waiting);
    const ThreadSlot slot = object.waiting.Nth(all ? 0 : ChooseOutcome(waiting));
    object.waiting.Remove(slot);
    Grant(slot);
  }
  if (woken > 0) NoteChange();
  Performed(OperationKind::kFutexWake, &object, static_cast<std::uint32_t>(woken));
  return woken;
}

long Futex(int* word, int operation, int value, const timespec* timeout) {
  const clockid_t clock = (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
      return Wait(word, value, timeout != nullptr ? DeadlineAfter(*timeout) : kNever);
    case FUTEX_WAIT_BITSET:
      return Wait(word, value, timeout != nullptr ? DeadlineOn(clock, *timeout) : kNever);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      return Wake(word, value < 0 ? INT_MAX : value);
    default:
      ReportEscape("syscall(SYS_futex) with an operation other than wait and wake");
  }
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& value : a) value = va_arg(list, long);
  va_end(list);
  if (IsControlled()) {
    switch (number) {
      case SYS_futex:
        return Futex(reinterpret_cast<int*>(a[0]), static_cast<int>(a[1]), static_cast<int>(a[2]),
                     reinterpret_cast<const timespec*>(a[3]));
      case SYS_gettid:
        return VirtualThreadId();
      case SYS_getpid:
        return getpid();
      case SYS_sched_yield:
        return sched_yield();
      case SYS_getrandom:
        FillWithEntropy(reinterpret_cast<void*>(a[0]), static_cast<std::size_t>(a[1]));
        return a[1];
      case SYS_clock_gettime:
        return clock_gettime(static_cast<clockid_t>(a[0]), reinterpret_cast<timespec*>(a[1]));
      case SYS_nanosleep:
        return nanosleep(reinterpret_cast<const timespec*>(a[0]), reinterpret_cast<timespec*>(a[1]));
      // These read or write nothing that another thread of the program could see change.
      case SYS_write:
      case SYS_getuid:
      case SYS_geteuid:
      case SYS_getgid:
      case SYS_uname:
      case SYS_membarrier:
      case SYS_madvise:
        break;
      default:
        ReportEscape("syscall with a system call that the engine does not schedule");
    }
  }
  if (MayChangeLoadedCode(number, a)) return Fail(EPERM);
  const long result = SystemCall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (result < 0 && result > -4096) return Fail(static_cast<int>(-result));
  return result;
}
