// alarm, setitimer, timer_create and timerfd, in virtual time. How they expire is in execution/timers.h. A timerfd is
// an eventfd of the kernel's, to which the server of timers adds what has expired. Source: POSIX.1-2017, alarm,
// setitimer, timer_create, timer_settime, timer_getoverrun; timerfd_create(2).

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/timers.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/entropy.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

int Fail(int error) {
  errno = error;
  return -1;
}

bool IsValid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < kNanosecondsPerSecond;
}
bool IsZero(const timespec& time) { return time.tv_sec == 0 && time.tv_nsec == 0; }

std::int64_t NanosecondsOf(const timespec& time) {
  constexpr std::int64_t kSecondsMax = INT64_MAX / kNanosecondsPerSecond / 4;
  if (time.tv_sec > kSecondsMax) return kSecondsMax * kNanosecondsPerSecond;
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}
timespec ToTimespec(std::int64_t time) { return {time / kNanosecondsPerSecond, time % kNanosecondsPerSecond}; }

timespec ToTimespec(const timeval& time) { return {time.tv_sec, time.tv_usec * 1000}; }
timeval ToTimeval(const timespec& time) { return {time.tv_sec, time.tv_nsec / 1000}; }

// What is left of it; one that is late is about to expire.
itimerspec ValueOf(Timer& timer) {
  const VirtualTime now = Now();
  AdvanceSilentTimer(timer);
  if (timer.deadline == kNever) return {ToTimespec(timer.interval), {0, 0}};
  // An alarm of less than a microsecond would look like none.
  return {ToTimespec(timer.interval), ToTimespec(timer.deadline > now + 1000 ? timer.deadline - now : 1000)};
}

// What was sent to the thread before a system call is delivered when it returns: no tick comes after the disarming.
void PerformedSystemCall() {
  Performed(OperationKind::kTimerSet, nullptr);
  NoteChange();
  bool restarts = true;
  if (TheExecution().has_interruptions) RunHandlers(&restarts);
}

int Set(Timer& timer, bool is_absolute, const itimerspec& value, itimerspec* old) {
  if (!IsValid(value.it_value) || !IsValid(value.it_interval)) return Fail(EINVAL);
  Arrive(OperationKind::kTimerSet, 0);
  if (old != nullptr) *old = ValueOf(timer);
  const VirtualTime deadline = IsZero(value.it_value) ? kNever
                               : is_absolute          ? DeadlineOn(timer.clock, value.it_value)
                                                      : DeadlineAfter(value.it_value);
  ArmTimer(timer, deadline, NanosecondsOf(value.it_interval));
  if (TheExecution().records && deadline == kNever) NoteOutcome("disarmed");
  PerformedSystemCall();
  return 0;
}

bool IsClock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME || clock == CLOCK_TAI ||
         clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

// The process's own timer.
Timer& Itimer() {
  Timers& timers = TheExecution().timers;
  for (std::uint32_t i = 0; i < timers.count; ++i) {
    Timer& timer = timers.entries[i];
    if (timer.is_alarm && timer.notice != Notice::kFree && timer.process == ThisProcess()) return timer;
  }
  const std::uint32_t number = NewTimer(Notice::kSignal, CLOCK_REALTIME);
  if (number == Timers::kMax) ReportUncontrolled("more than 63 timers exist at once");
  Timer& timer = timers.entries[number];
  timer.is_alarm = true;
  timer.info.si_signo = SIGALRM;
  timer.info.si_code = SI_KERNEL;
  return timer;
}

int SetItimer(int which, const itimerval* value, itimerval* old) {
  if (which != ITIMER_REAL) ReportEscape("setitimer that counts processor time");
  itimerspec before = {};
  Timer& timer = Itimer();
  if (value == nullptr) {
    before = ValueOf(timer);
  } else if (Set(timer, false, {ToTimespec(value->it_interval), ToTimespec(value->it_value)}, &before) != 0) {
    return -1;
  }
  if (old != nullptr) *old = {ToTimeval(before.it_interval), ToTimeval(before.it_value)};
  return 0;
}

// The thread of this process that calls itself so.
bool IsThreadId(pid_t id) {
  const Execution& execution = TheExecution();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.process != ThisProcess()) continue;
    if (thread.state == Thread::State::kLive && kVirtualProcessId + thread.id == id) return true;
  }
  return false;
}

int Create(clockid_t clock, const sigevent* event, timer_t* result) {
  if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
    ReportEscape("timer_create that counts processor time");
  }
  if (!IsClock(clock)) return Fail(EINVAL);
  const int how = event != nullptr ? event->sigev_notify : SIGEV_SIGNAL;
  const bool signals = how == SIGEV_SIGNAL || how == SIGEV_THREAD_ID;
  if (!signals && how != SIGEV_THREAD && how != SIGEV_NONE) return Fail(EINVAL);
  const int signal = event != nullptr ? event->sigev_signo : SIGALRM;
  if (signals && (signal < 1 || signal > SIGRTMAX)) return Fail(EINVAL);
  if (how == SIGEV_THREAD_ID && !IsThreadId(event->_sigev_un._tid)) return Fail(EINVAL);
  const std::uint32_t number = NewTimer(how == SIGEV_SIGNAL      ? Notice::kSignal
                                        : how == SIGEV_THREAD_ID ? Notice::kSignalToThread
                                        : how == SIGEV_THREAD    ? Notice::kThread
                                                                 : Notice::kNothing,
                                        clock);
  if (number == Timers::kMax) return Fail(EAGAIN);
  Timer& timer = TheExecution().timers.entries[number];
  timer.info.si_signo = signal;
  timer.info.si_code = SI_TIMER;
  timer.info.si_timerid = static_cast<int>(number);
  timer.info.si_value.sival_ptr = reinterpret_cast<void*>(std::uintptr_t{number});
  if (event != nullptr) timer.info.si_value = event->sigev_value;
  if (how == SIGEV_THREAD_ID) timer.receiver = static_cast<std::uint32_t>(event->_sigev_un._tid - kVirtualProcessId);
  if (how == SIGEV_THREAD) timer.function = event->sigev_notify_function;
  *result = reinterpret_cast<timer_t>(std::uintptr_t{number});
  return 0;
}

Timer& At(timer_t handle) {
  const auto number = reinterpret_cast<std::uintptr_t>(handle);
  Timers& timers = TheExecution().timers;
  if (number < timers.count) {
    Timer& timer = timers.entries[number];
    const bool is_from_create = timer.notice != Notice::kFree && timer.notice != Notice::kDescriptor && !timer.is_alarm;
    if (is_from_create && timer.process == ThisProcess()) return timer;
  }
  ReportMisuse("uses a timer that was deleted, or that this process never created");
}

int CreateDescriptor(clockid_t clock, int flags) {
  if (!IsClock(clock) || (flags & ~(TFD_NONBLOCK | TFD_CLOEXEC)) != 0) return Fail(EINVAL);
  static_assert(int{TFD_NONBLOCK} == int{EFD_NONBLOCK} && int{TFD_CLOEXEC} == int{EFD_CLOEXEC});
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  const std::uint32_t number = NewTimer(Notice::kDescriptor, clock);
  if (number == Timers::kMax) return Fail(EMFILE);
  Timer& timer = TheExecution().timers.entries[number];
  const long result = SystemCall(SYS_eventfd2, 0, flags);
  if (result < 0) {
    timer.notice = Notice::kFree;
    return static_cast<int>(Result(result));
  }
  OpenFile& file = NewOpenFile(ObjectKind::kTimer, NewNumberedObject(ObjectKind::kTimer));
  const std::uint32_t channel = NewChannel(true);
  SetChannels(file, channel, channel);
  EnterDescriptor(static_cast<int>(result), file, (flags & TFD_CLOEXEC) != 0);
  timer.file = &file;
  PerformedOnDescriptor(OperationKind::kOpen, file.object, result);
  return static_cast<int>(result);
}

// The timer behind a descriptor; null, with errno set, if there is none.
Timer* BehindDescriptor(int fd) {
  if (OpenFile* file = FindOpenFile(fd)) {
    if (Timer* timer = TimerOf(*file)) return timer;
  }
  Fail(SystemCall(SYS_fcntl, fd, F_GETFD) < 0 ? EBADF : EINVAL);
  return nullptr;
}

int SetDescriptor(int fd, int flags, const itimerspec& value, itimerspec* old) {
  Timer* timer = BehindDescriptor(fd);
  if (timer == nullptr) return -1;
  if (Set(*timer, (flags & TFD_TIMER_ABSTIME) != 0, value, old) != 0) return -1;
  // What expired before and was not read is forgotten.
  std::uint64_t expired;
  if (ReadinessOf(fd, POLLIN) != 0) SystemCall(SYS_read, fd, &expired, sizeof expired);
  NoteSent(*FindOpenFile(fd), 0);  // who reads it knows what was done before it was armed
  RecheckDescriptors();
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE unsigned alarm(unsigned seconds) noexcept {
  if (!IsControlled()) return RC_REAL(alarm)(seconds);
  itimerspec old = {};
  Set(Itimer(), false, {{0, 0}, {seconds, 0}}, &old);
  // Rounded as Linux does, and never to nothing.
  const bool rounds_up = old.it_value.tv_nsec >= 500'000'000 || (old.it_value.tv_sec == 0 && !IsZero(old.it_value));
  return static_cast<unsigned>(old.it_value.tv_sec + (rounds_up ? 1 : 0));
}
RC_INTERPOSE useconds_t ualarm(useconds_t microseconds, useconds_t interval) noexcept {
  if (!IsControlled()) return RC_REAL(ualarm)(microseconds, interval);
  itimerspec old = {};
  Set(Itimer(), false, {ToTimespec(std::int64_t{interval} * 1000), ToTimespec(std::int64_t{microseconds} * 1000)},
      &old);
  return static_cast<useconds_t>(NanosecondsOf(old.it_value) / 1000);
}
RC_INTERPOSE int setitimer(__itimer_which_t which, const itimerval* value, itimerval* old) noexcept {
  if (!IsControlled()) return RC_REAL(setitimer)(which, value, old);
  const itimerval none = {};
  return SetItimer(which, value != nullptr ? value : &none, old);
}
RC_INTERPOSE int getitimer(__itimer_which_t which, itimerval* value) noexcept {
  if (!IsControlled()) return RC_REAL(getitimer)(which, value);
  return SetItimer(which, nullptr, value);
}

RC_INTERPOSE int timer_create(clockid_t clock, sigevent* event, timer_t* timer) noexcept {
  if (!IsControlled()) return RC_REAL(timer_create)(clock, event, timer);
  return Create(clock, event, timer);
}
RC_INTERPOSE int timer_delete(timer_t timer) noexcept {
  if (!IsControlled()) return RC_REAL(timer_delete)(timer);
  Arrive(OperationKind::kTimerSet, 0);
  DeleteTimer(At(timer));
  PerformedSystemCall();
  return 0;
}
RC_INTERPOSE int timer_settime(timer_t timer, int flags, const itimerspec* value, itimerspec* old) noexcept {
  if (!IsControlled()) return RC_REAL(timer_settime)(timer, flags, value, old);
  return Set(At(timer), (flags & TIMER_ABSTIME) != 0, *value, old);
}
RC_INTERPOSE int timer_gettime(timer_t timer, itimerspec* value) noexcept {
  if (!IsControlled()) return RC_REAL(timer_gettime)(timer, value);
  *value = ValueOf(At(timer));
  return 0;
}
RC_INTERPOSE int timer_getoverrun(timer_t timer) noexcept {
  if (!IsControlled()) return RC_REAL(timer_getoverrun)(timer);
  return static_cast<int>(At(timer).overrun);
}

RC_INTERPOSE int timerfd_create(clockid_t clock, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(timerfd_create)(clock, flags);
  return CreateDescriptor(clock, flags);
}
RC_INTERPOSE int timerfd_settime(int fd, int flags, const itimerspec* value, itimerspec* old) noexcept {
  if (!IsControlled()) return RC_REAL(timerfd_settime)(fd, flags, value, old);
  return SetDescriptor(fd, flags, *value, old);
}
RC_INTERPOSE int timerfd_gettime(int fd, itimerspec* value) noexcept {
  if (!IsControlled()) return RC_REAL(timerfd_gettime)(fd, value);
  Timer* timer = BehindDescriptor(fd);
  if (timer == nullptr) return -1;
  *value = ValueOf(*timer);
  return 0;
}
