// timer_create with a function, and timerfd, in the virtual time that the itinerary tells. As under the engine
// (framework/execution/timers.h, where the sources are) a thread of its own serves them: it expires what is due when it
// goes on, and numbers among the threads. Timers that send signals are not followed.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "framework/carrier/carriers.h"
#include "framework/carrier/descriptors.h"
#include "framework/carrier/sanitizer.h"
#include "framework/core/clock_reads.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

namespace {

constexpr std::uint32_t kTimersMax = 64;
constexpr std::int64_t kNever = INT64_MAX;

enum class Notice : std::uint8_t { kFree, kNothing, kThread, kDescriptor };

struct Timer {
  Notice notice;
  clockid_t clock;
  std::int64_t deadline;
  std::int64_t interval;
  std::uint32_t overrun;
  void (*function)(sigval);
  sigval value;
  int descriptor;
};

// The first one is not given away, so that no handle is null. Only the thread whose turn it is uses them.
Timer timers[kTimersMax];
bool has_server;

std::int64_t NanosecondsOf(const timespec& time) {
  constexpr std::int64_t kSecondsMax = INT64_MAX / kNanosecondsPerSecond / 4;
  if (time.tv_sec > kSecondsMax) return kSecondsMax * kNanosecondsPerSecond;
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}
timespec ToTimespec(std::int64_t time) { return {time / kNanosecondsPerSecond, time % kNanosecondsPerSecond}; }

bool IsValid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < kNanosecondsPerSecond;
}
bool IsZero(const timespec& time) { return time.tv_sec == 0 && time.tv_nsec == 0; }
bool IsRealtime(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

Timer* NewTimer(Notice notice, clockid_t clock) {
  for (std::uint32_t i = 1; i < kTimersMax; ++i) {
    if (timers[i].notice != Notice::kFree) continue;
    timers[i] = {notice, clock, kNever, 0, 0, nullptr, {}, -1};
    return &timers[i];
  }
  Finish(Following::kUnsupported);
}

Timer* NextTimer() {
  Timer* next = nullptr;
  for (Timer& timer : timers) {
    if (timer.notice == Notice::kFree || timer.notice == Notice::kNothing || timer.deadline == kNever) continue;
    if (next == nullptr || timer.deadline < next->deadline) next = &timer;
  }
  return next;
}

// The rest of the periods that are over by now, which no notice of their own is given for.
std::uint32_t Advance(Timer& timer) {
  if (timer.interval == 0) {
    timer.deadline = kNever;
    return 0;
  }
  const std::int64_t more = Now() > timer.deadline ? (Now() - timer.deadline) / timer.interval : 0;
  timer.deadline += (more + 1) * timer.interval;
  return more > INT32_MAX ? INT32_MAX : static_cast<std::uint32_t>(more);
}

struct Notification {
  Timer* timer;
  void (*function)(sigval);
  sigval value;
};

// What was done before the timer was armed comes before.
void* RunNotification(void* argument) {
  const Notification notification = *static_cast<Notification*>(argument);
  free(argument);
  __tsan_acquire(notification.timer);
  notification.function(notification.value);
  return nullptr;
}

void Expire(Timer& timer) {
  timer.overrun = Advance(timer);
  if (timer.notice == Notice::kDescriptor) {
    __tsan_acquire(&timer);
    Suspend();
    eventfd_write(timer.descriptor, std::uint64_t{timer.overrun} + 1);
    Resume();
    return;
  }
  auto* notification = static_cast<Notification*>(malloc(sizeof(Notification)));
  *notification = {&timer, timer.function, timer.value};
  StartCarrier(RunNotification, notification);
}

void* ServeTimers(void*) {
  for (;;) {
    for (Timer* next = NextTimer(); next != nullptr && next->deadline <= Now(); next = NextTimer()) Expire(*next);
    Arrive(OperationKind::kTimerExpire);
  }
}

void Arm(Timer& timer, std::int64_t deadline, std::int64_t interval) {
  timer.deadline = deadline;
  timer.interval = interval;
  timer.overrun = 0;
  __tsan_release(&timer);
  if (has_server || NextTimer() == nullptr) return;
  has_server = true;
  StartCarrier(ServeTimers, nullptr);
  NoteHelper();
}

// What is left of it; one that is late is about to expire.
itimerspec ValueOf(Timer& timer) {
  if (timer.notice == Notice::kNothing && timer.deadline <= Now()) Advance(timer);
  if (timer.deadline == kNever) return {ToTimespec(timer.interval), {0, 0}};
  return {ToTimespec(timer.interval), ToTimespec(timer.deadline > Now() + 1000 ? timer.deadline - Now() : 1000)};
}

int Set(Timer& timer, bool is_absolute, const itimerspec& value, itimerspec* old) {
  if (!IsValid(value.it_value) || !IsValid(value.it_interval)) return Fail(EINVAL);
  Arrive(OperationKind::kTimerSet);
  if (old != nullptr) *old = ValueOf(timer);
  const std::int64_t from = !is_absolute ? Now() : IsRealtime(timer.clock) ? 0 : kMonotonicOffset;
  Arm(timer, IsZero(value.it_value) ? kNever : from + NanosecondsOf(value.it_value), NanosecondsOf(value.it_interval));
  return 0;
}

Timer& At(timer_t handle) {
  const auto number = reinterpret_cast<std::uintptr_t>(handle);
  if (number == 0 || number >= kTimersMax || timers[number].notice == Notice::kFree) Finish(Following::kUnsupported);
  return timers[number];
}

Timer* Behind(int fd) {
  for (Timer& timer : timers) {
    if (timer.notice == Notice::kDescriptor && timer.descriptor == fd) return &timer;
  }
  Fail(EINVAL);
  return nullptr;
}

}  // namespace

namespace racecourse {

bool ForgetTimers() {
  for (Timer& timer : timers) {
    if (timer.notice == Notice::kDescriptor) return false;
    timer.notice = Notice::kFree;
  }
  has_server = false;
  return true;
}

}  // namespace racecourse

RC_WEAKLY(timer_create)
RC_WEAKLY(timer_delete)
RC_WEAKLY(timer_settime)
RC_WEAKLY(timer_gettime)
RC_WEAKLY(timer_getoverrun)
RC_WEAKLY(timerfd_create)
RC_WEAKLY(timerfd_settime)
RC_WEAKLY(timerfd_gettime)

RC_CARRY int timer_create(clockid_t clock, sigevent* event, timer_t* result) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timer_create)(clock, event, result);
  const int how = event != nullptr ? event->sigev_notify : SIGEV_SIGNAL;
  if (how != SIGEV_THREAD && how != SIGEV_NONE) Finish(Following::kUnsupported);
  Timer* timer = NewTimer(how == SIGEV_THREAD ? Notice::kThread : Notice::kNothing, clock);
  timer->value = event->sigev_value;
  if (how == SIGEV_THREAD) timer->function = event->sigev_notify_function;
  *result = reinterpret_cast<timer_t>(static_cast<std::uintptr_t>(timer - timers));
  return 0;
}
RC_CARRY int timer_delete(timer_t handle) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timer_delete)(handle);
  Arrive(OperationKind::kTimerSet);
  At(handle).notice = Notice::kFree;
  return 0;
}
RC_CARRY int timer_settime(timer_t handle, int flags, const itimerspec* value, itimerspec* old) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timer_settime)(handle, flags, value, old);
  return Set(At(handle), (flags & TIMER_ABSTIME) != 0, *value, old);
}
RC_CARRY int timer_gettime(timer_t handle, itimerspec* value) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timer_gettime)(handle, value);
  *value = ValueOf(At(handle));
  return 0;
}
RC_CARRY int timer_getoverrun(timer_t handle) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timer_getoverrun)(handle);
  return static_cast<int>(At(handle).overrun);
}

// A counter of the kernel's, to which the server adds what has expired.
RC_CARRY int timerfd_create(clockid_t clock, int flags) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timerfd_create)(clock, flags);
  const int fd = eventfd(0, flags);
  if (fd >= 0) NewTimer(Notice::kDescriptor, clock)->descriptor = fd;
  return fd;
}
RC_CARRY int timerfd_settime(int fd, int flags, const itimerspec* value, itimerspec* old) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timerfd_settime)(fd, flags, value, old);
  Timer* timer = Behind(fd);
  if (timer == nullptr || Set(*timer, (flags & TFD_TIMER_ABSTIME) != 0, *value, old) != 0) return -1;
  // What expired before and was not read is forgotten.
  std::uint64_t expired;
  const long status = SystemCall(SYS_fcntl, fd, F_GETFL);
  SystemCall(SYS_fcntl, fd, F_SETFL, status | O_NONBLOCK);
  SystemCall(SYS_read, fd, &expired, sizeof expired);
  SystemCall(SYS_fcntl, fd, F_SETFL, status);
  return 0;
}
RC_CARRY int timerfd_gettime(int fd, itimerspec* value) noexcept {
  if (!IsFollowing()) return RC_BEHIND(timerfd_gettime)(fd, value);
  Timer* timer = Behind(fd);
  if (timer == nullptr) return -1;
  *value = ValueOf(*timer);
  return 0;
}

// These signal.
RC_WEAKLY(alarm)
RC_WEAKLY(ualarm)
RC_WEAKLY(setitimer)

RC_CARRY unsigned alarm(unsigned seconds) noexcept {
  if (IsFollowing()) Finish(Following::kUnsupported);
  return RC_BEHIND(alarm)(seconds);
}
RC_CARRY useconds_t ualarm(useconds_t microseconds, useconds_t interval) noexcept {
  if (IsFollowing()) Finish(Following::kUnsupported);
  return RC_BEHIND(ualarm)(microseconds, interval);
}
RC_CARRY int setitimer(__itimer_which_t which, const itimerval* value, itimerval* old) noexcept {
  if (IsFollowing()) Finish(Following::kUnsupported);
  return RC_BEHIND(setitimer)(which, value, old);
}
