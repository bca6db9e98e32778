// Clocks, sleeps and timers' values. Time is virtual: see virtual_time.h. Source: POSIX.1-2017, clock_gettime,
// nanosleep.

#include "framework/interpose/virtual_time.h"

#include <errno.h>
#include <sys/time.h>
#include <unistd.h>

#include "framework/core/clock_reads.h"
#include "framework/execution/faults.h"
#include "framework/execution/interruption.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/wait.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

bool IsRealtime(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

VirtualTime FromTimespec(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  if (time.tv_sec > kNever / kNanosecondsPerSecond / 2) return kNever - 1;
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

timespec ToTimespec(VirtualTime time) { return {time / kNanosecondsPerSecond, time % kNanosecondsPerSecond}; }

void SetRest(VirtualTime deadline, timespec* rest) {
  const VirtualTime now = TheExecution().now;
  if (rest != nullptr) *rest = ToTimespec(deadline > now ? deadline - now : 0);
}

// Returns 0, or EINTR if a signal handler ran or the sleep is interrupted by a fault; then *rest, if it is asked for,
// is the time that is left.
int SleepUntil(VirtualTime deadline, timespec* rest = nullptr) {
  Execution& execution = TheExecution();
  TestCancel();
  // How long a sleep lasts says nothing about what others do meanwhile: it may end at any time from now on.
  for (;;) {
    if (deadline > execution.now && Fails(kInterruptions)) {
      PerformInterrupted(OperationKind::kSleep, nullptr);
      SetRest(deadline, rest);
      return EINTR;
    }
    BeginWait(nullptr, deadline < execution.now ? execution.now : deadline, false);
    if (!ArriveInterruptibly(OperationKind::kSleep, 0, true)) break;
    TestCancel();
    bool restarts = true;
    if (RunHandlers(&restarts) == 0) continue;
    if (execution.records) NoteOutcome("interrupted by a signal");
    Performed(OperationKind::kSleep, nullptr, 1);
    SetRest(deadline, rest);
    return EINTR;
  }
  Performed(OperationKind::kSleep, nullptr);
  return 0;
}

int Fail(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

}  // namespace

VirtualTime Now() {
  Execution& execution = TheExecution();
  const unsigned reads = ++execution.current->clock_reads;
  if (reads >= kClockReadsBeforeTimePasses) {
    reads % kClockReadsBeforeTimePasses == 0 ? ArriveResting(OperationKind::kYield, 0)
                                             : Arrive(OperationKind::kYield, 0);
    execution.now += ClockReadTick(reads);
    execution.quiet_slices = 0;
  }
  return execution.now;
}

VirtualTime DeadlineOn(clockid_t clock, const timespec& deadline) {
  const VirtualTime time = FromTimespec(deadline);
  if (IsRealtime(clock)) return time;
  return time > kNever - 1 - kMonotonicOffset ? kNever - 1 : time + kMonotonicOffset;
}

VirtualTime DeadlineAfter(const timespec& duration) {
  const VirtualTime time = FromTimespec(duration);
  const VirtualTime now = TheExecution().now;
  return time > kNever - 1 - now ? kNever - 1 : now + time;
}

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (!IsControlled()) return RC_REAL(clock_gettime)(clock, time);
  const VirtualTime now = Now();
  *time = ToTimespec(IsRealtime(clock) ? now : now - kMonotonicOffset);
  return 0;
}
RC_INTERPOSE int gettimeofday(timeval* time, void* zone) noexcept {
  if (!IsControlled()) return RC_REAL(gettimeofday)(time, zone);
  const timespec now = ToTimespec(Now());
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
RC_INTERPOSE time_t time(time_t* result) noexcept {
  if (!IsControlled()) return RC_REAL(time)(result);
  const time_t now = Now() / kNanosecondsPerSecond;
  if (result != nullptr) *result = now;
  return now;
}
RC_INTERPOSE clock_t clock() noexcept {
  if (!IsControlled()) return RC_REAL(clock)();
  return static_cast<clock_t>((Now() - kMonotonicOffset) / 1000);
}
RC_INTERPOSE int nanosleep(const timespec* duration, timespec* rest) {
  if (!IsControlled()) return RC_REAL(nanosleep)(duration, rest);
  if (duration->tv_nsec < 0 || duration->tv_nsec >= kNanosecondsPerSecond || duration->tv_sec < 0) {
    errno = EINVAL;
    return -1;
  }
  return Fail(SleepUntil(DeadlineAfter(*duration), rest));
}
RC_INTERPOSE int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
  if (!IsControlled()) return RC_REAL(clock_nanosleep)(clock, flags, time, rest);
  if (time->tv_nsec < 0 || time->tv_nsec >= kNanosecondsPerSecond || time->tv_sec < 0) return EINVAL;
  if ((flags & TIMER_ABSTIME) != 0) return SleepUntil(DeadlineOn(clock, *time));
  return SleepUntil(DeadlineAfter(*time), rest);
}
RC_INTERPOSE int usleep(useconds_t microseconds) {
  if (!IsControlled()) return RC_REAL(usleep)(microseconds);
  return Fail(SleepUntil(DeadlineAfter({microseconds / 1'000'000, (microseconds % 1'000'000) * 1000})));
}
RC_INTERPOSE unsigned sleep(unsigned seconds) {
  if (!IsControlled()) return RC_REAL(sleep)(seconds);
  timespec rest = {};
  SleepUntil(DeadlineAfter({seconds, 0}), &rest);
  return static_cast<unsigned>(rest.tv_sec + (rest.tv_nsec > 0 ? 1 : 0));
}
