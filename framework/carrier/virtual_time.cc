// Clocks and sleeps show the engine's virtual time, which the itinerary tells.

#include <errno.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/core/clock_reads.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

namespace {

thread_local unsigned clock_reads = 0;

std::int64_t ReadClock() {
  const unsigned reads = ++clock_reads;
  if (reads >= kClockReadsBeforeTimePasses) {
    Arrive(OperationKind::kYield);
    Now() += ClockReadTick(reads);
  }
  return Now();
}

bool IsRealtime(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

timespec ToTimespec(std::int64_t time) { return {time / kNanosecondsPerSecond, time % kNanosecondsPerSecond}; }

}  // namespace

namespace racecourse {

void ForgetClockReads() { clock_reads = 0; }

}  // namespace racecourse

RC_CARRY int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (!IsFollowing()) return SystemCall(SYS_clock_gettime, clock, time) == 0 ? 0 : (errno = EINVAL, -1);
  const std::int64_t now = ReadClock();
  *time = ToTimespec(IsRealtime(clock) ? now : now - kMonotonicOffset);
  return 0;
}
RC_CARRY int gettimeofday(timeval* time, void*) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
RC_CARRY time_t time(time_t* result) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != nullptr) *result = now.tv_sec;
  return now.tv_sec;
}
RC_CARRY clock_t clock() noexcept {
  timespec now;
  clock_gettime(IsFollowing() ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * CLOCKS_PER_SEC + now.tv_nsec / 1000;
}
RC_CARRY int nanosleep(const timespec* duration, timespec* rest) {
  return clock_nanosleep(CLOCK_MONOTONIC, 0, duration, rest) == 0 ? 0 : (errno = EINVAL, -1);
}
RC_CARRY int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
  if (!IsFollowing()) return static_cast<int>(-SystemCall(SYS_clock_nanosleep, clock, flags, time, rest));
  if (time->tv_nsec < 0 || time->tv_nsec >= kNanosecondsPerSecond || time->tv_sec < 0) return EINVAL;
  Arrive(OperationKind::kSleep);
  return 0;
}
RC_CARRY int usleep(useconds_t microseconds) {
  const timespec duration = {microseconds / 1'000'000, (microseconds % 1'000'000) * 1000};
  return nanosleep(&duration, nullptr);
}
RC_CARRY unsigned sleep(unsigned seconds) {
  const timespec duration = {seconds, 0};
  nanosleep(&duration, nullptr);
  return 0;
}
