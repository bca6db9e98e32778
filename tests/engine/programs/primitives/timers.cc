// As ../primitives.cc: timers, in virtual time.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

constexpr long kMillisecond = 1'000'000;

std::atomic<int> ticks;
sem_t ticked;

void Install(int signal, void (*handler)(int), int flags = 0) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  EXPECT_EQ(sigaction(signal, &action, nullptr), 0);
}

void Count(int) { ++ticks; }
void Post(int) { sem_post(&ticked); }
void Ignore(int) {}

sigset_t SetOf(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

std::int64_t NowOf(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

itimerspec Value(long first_ms, long interval_ms = 0) {
  return {{interval_ms / 1000, interval_ms % 1000 * kMillisecond}, {first_ms / 1000, first_ms % 1000 * kMillisecond}};
}

timer_t SignalTimer(int signal, int value = 0, clockid_t clock = CLOCK_MONOTONIC) {
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = signal;
  event.sigev_value.sival_int = value;
  timer_t timer;
  EXPECT_EQ(timer_create(clock, &event, &timer), 0);
  return timer;
}

}  // namespace

SCHEDULE_TEST(Alarm, PassesOnce) {
  Install(SIGALRM, Post, SA_RESTART);
  sem_init(&ticked, 0, 0);
  const std::int64_t before = NowOf(CLOCK_MONOTONIC);
  EXPECT_EQ(alarm(3), 0u);
  while (sem_wait(&ticked) != 0) {
  }
  EXPECT_GE(NowOf(CLOCK_MONOTONIC) - before, 3'000 * kMillisecond);
  EXPECT_EQ(alarm(0), 0u);
}

SCHEDULE_TEST(Alarm, PassesTakenBack) {
  // With no handler, it would end the process.
  EXPECT_EQ(alarm(10), 0u);
  std::thread worker([] { ++ticks; });
  worker.join();
  usleep(1'000'000);
  const unsigned left = alarm(0);
  EXPECT_EQ(left, 9u);
  usleep(20'000'000);
}

SCHEDULE_TEST(Alarm, PassesAtAnyMoment) {
  std::atomic<int> place = 0;
  static std::atomic<int>* place_now;
  static int came_at;
  place_now = &place;
  came_at = -1;
  Install(SIGALRM, [](int) { came_at = *place_now; });
  alarm(1);
  for (int i = 1; i <= 3; ++i) place = i;
  while (came_at < 0) usleep(2'000'000);
  SOMETIMES(came_at == 0);
  SOMETIMES(came_at == 1);
  SOMETIMES(came_at == 3);
}

SCHEDULE_TEST(Alarm, PassesEndingALoop) {
  static std::atomic<bool> stopped;
  stopped = false;
  Install(SIGALRM, [](int) { stopped = true; });
  ualarm(10'000, 0);
  while (!stopped) std::this_thread::yield();
}

SCHEDULE_TEST(Alarm, PassesInterval) {
  Install(SIGALRM, Count);
  ticks = 0;
  const itimerval value = {{0, 10'000}, {0, 10'000}};
  EXPECT_EQ(setitimer(ITIMER_REAL, &value, nullptr), 0);
  itimerval left = {};
  EXPECT_EQ(getitimer(ITIMER_REAL, &left), 0);
  EXPECT_EQ(left.it_interval.tv_usec, 10'000);
  EXPECT_LE(left.it_value.tv_usec, 10'000);
  EXPECT_GT(left.it_value.tv_usec, 0);
  while (ticks < 5) pause();
  const itimerval none = {};
  EXPECT_EQ(setitimer(ITIMER_REAL, &none, &left), 0);
  EXPECT_EQ(left.it_interval.tv_usec, 10'000);
  const int so_far = ticks;
  usleep(100'000);
  EXPECT_EQ(ticks, so_far);
  EXPECT_EQ(ualarm(500, 0), 0u);
  while (ticks == so_far) usleep(1'000);
}

SCHEDULE_TEST(Alarm, PassesOtherThreadsGoOn) {
  // A tick that changes nothing makes no circle of what another thread still sleeps for.
  Install(SIGALRM, Ignore, SA_RESTART);
  const itimerval value = {{0, 1'000}, {0, 1'000}};
  setitimer(ITIMER_REAL, &value, nullptr);
  std::atomic<bool> done = false;
  std::thread late([&] {
    sigset_t set = SetOf(SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    usleep(15'000);
    done = true;
  });
  while (!done) std::this_thread::yield();
  late.join();
}

SCHEDULE_TEST(Alarm, FailsComesTooEarly) {
  Install(SIGALRM, Count);
  ticks = 0;
  alarm(1);
  std::atomic<int> work = 0;
  for (int i = 0; i < 3; ++i) ++work;
  EXPECT_EQ(ticks, 0);
}

// The program has provided for hanging, and hangs.
SCHEDULE_TEST(Alarm, DeadlocksUnderAWatchdog) {
  alarm(10);
  std::mutex first, second;
  std::thread other([&] {
    std::lock_guard outer(second);
    std::lock_guard inner(first);
  });
  {
    std::lock_guard outer(first);
    std::lock_guard inner(second);
  }
  other.join();
}

// says: before the wait began
SCHEDULE_TEST(Alarm, LosesATickBeforePause) {
  Install(SIGALRM, Count);
  ticks = 0;
  alarm(1);
  if (ticks == 0) pause();
}

// says: async-signal-safe
SCHEDULE_TEST(Alarm, MisusesMalloc) {
  Install(SIGALRM, [](int) {
    void* volatile block = malloc(8);
    free(block);
  });
  alarm(1);
  for (int i = 0; i < 3; ++i) {
    void* volatile block = malloc(8);
    free(block);
    ticks = i;
  }
}

// says: setitimer that counts processor time
SCHEDULE_TEST(Alarm, MisusesProcessorTime) {
  const itimerval value = {{0, 0}, {1, 0}};
  setitimer(ITIMER_PROF, &value, nullptr);
}

SCHEDULE_TEST(TimerCreate, PassesSignal) {
  const sigset_t set = SetOf(SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const timer_t timer = SignalTimer(SIGUSR1, 7);
  const itimerspec value = Value(20);
  const std::int64_t before = NowOf(CLOCK_MONOTONIC);
  EXPECT_EQ(timer_settime(timer, 0, &value, nullptr), 0);
  siginfo_t info = {};
  EXPECT_EQ(sigwaitinfo(&set, &info), SIGUSR1);
  EXPECT_EQ(info.si_code, SI_TIMER);
  EXPECT_EQ(info.si_value.sival_int, 7);
  EXPECT_GE(NowOf(CLOCK_MONOTONIC) - before, 20 * kMillisecond);
  itimerspec left = Value(1);
  EXPECT_EQ(timer_gettime(timer, &left), 0);
  EXPECT_EQ(left.it_value.tv_nsec, 0);
  EXPECT_EQ(timer_delete(timer), 0);
}

SCHEDULE_TEST(TimerCreate, PassesAbsolute) {
  const sigset_t set = SetOf(SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  for (const clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC}) {
    const timer_t timer = SignalTimer(SIGUSR1, 0, clock);
    itimerspec value = {};
    clock_gettime(clock, &value.it_value);
    value.it_value.tv_sec += 5;
    EXPECT_EQ(timer_settime(timer, TIMER_ABSTIME, &value, nullptr), 0);
    EXPECT_EQ(sigwaitinfo(&set, nullptr), SIGUSR1);
    timespec now = {};
    clock_gettime(clock, &now);
    EXPECT_GE(now.tv_sec, value.it_value.tv_sec);
    // A moment that is past has come.
    EXPECT_EQ(timer_settime(timer, TIMER_ABSTIME, &value, nullptr), 0);
    EXPECT_EQ(sigwaitinfo(&set, nullptr), SIGUSR1);
    EXPECT_EQ(timer_delete(timer), 0);
  }
}

SCHEDULE_TEST(TimerCreate, PassesOverrun) {
  const sigset_t set = SetOf(SIGRTMIN);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const timer_t timer = SignalTimer(SIGRTMIN);
  const itimerspec value = Value(10, 10);
  EXPECT_EQ(timer_settime(timer, 0, &value, nullptr), 0);
  usleep(45'000);
  usleep(45'000);
  siginfo_t info = {};
  EXPECT_EQ(sigwaitinfo(&set, &info), SIGRTMIN);
  // At least one expiry before the second sleep began is late, or stands in the same signal.
  EXPECT_EQ(timer_getoverrun(timer), info.si_overrun);
  SOMETIMES(info.si_overrun >= 7);
  EXPECT_EQ(timer_delete(timer), 0);
}

SCHEDULE_TEST(TimerCreate, PassesThread) {
  static pthread_t creator;
  static int prepared;
  creator = pthread_self();
  sem_init(&ticked, 0, 0);
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_value.sival_int = 5;
  event.sigev_notify_function = [](sigval value) {
    EXPECT_EQ(value.sival_int, 5);
    EXPECT_EQ(prepared, 1);
    EXPECT_FALSE(pthread_equal(pthread_self(), creator));
    sem_post(&ticked);
  };
  timer_t timer;
  EXPECT_EQ(timer_create(CLOCK_REALTIME, &event, &timer), 0);
  prepared = 1;
  const itimerspec value = Value(10, 10);
  EXPECT_EQ(timer_settime(timer, 0, &value, nullptr), 0);
  for (int i = 0; i < 3; ++i) sem_wait(&ticked);
  EXPECT_EQ(timer_delete(timer), 0);
}

SCHEDULE_TEST(TimerCreate, PassesThreadIdAndNone) {
  Install(SIGUSR1, Post, SA_RESTART);
  sem_init(&ticked, 0, 0);
  std::thread worker([] {
    static pid_t self;
    self = static_cast<pid_t>(syscall(SYS_gettid));
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGUSR1;
    event._sigev_un._tid = self;
    Install(SIGUSR1, [](int) {
      if (syscall(SYS_gettid) == self) sem_post(&ticked);
    });
    timer_t timer;
    EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    const itimerspec value = Value(5);
    timer_settime(timer, 0, &value, nullptr);
    while (sem_wait(&ticked) != 0) {
    }
    timer_delete(timer);
  });
  sigevent none = {};
  none.sigev_notify = SIGEV_NONE;
  timer_t silent;
  EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &none, &silent), 0);
  const itimerspec value = Value(1'000);
  EXPECT_EQ(timer_settime(silent, 0, &value, nullptr), 0);
  itimerspec left = {};
  EXPECT_EQ(timer_gettime(silent, &left), 0);
  EXPECT_GT(left.it_value.tv_sec + left.it_value.tv_nsec, 0);
  usleep(2'000'000);
  EXPECT_EQ(timer_gettime(silent, &left), 0);
  EXPECT_EQ(left.it_value.tv_sec + left.it_value.tv_nsec, 0);
  worker.join();
}

SCHEDULE_TEST(TimerCreate, PassesErrors) {
  timer_t timer;
  EXPECT_EQ(timer_create(12345, nullptr, &timer), -1);
  EXPECT_EQ(errno, EINVAL);
  timer = SignalTimer(SIGUSR1);
  const itimerspec value = {{0, 0}, {0, 2'000'000'000}};
  EXPECT_EQ(timer_settime(timer, 0, &value, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(timer_delete(timer), 0);
}

SCHEDULE_TEST(TimerCreate, RacesInTheFunction) {
  static int count;
  sem_init(&ticked, 0, 0);
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = [](sigval) {
    ++count;
    sem_post(&ticked);
  };
  timer_t timer;
  timer_create(CLOCK_REALTIME, &event, &timer);
  const itimerspec value = Value(10);
  timer_settime(timer, 0, &value, nullptr);
  ++count;
  sem_wait(&ticked);
}

SCHEDULE_TEST(TimerCreate, DeadlocksOneShot) {
  sem_init(&ticked, 0, 0);
  Install(SIGUSR1, Post, SA_RESTART);
  const timer_t timer = SignalTimer(SIGUSR1);
  const itimerspec value = Value(10);
  timer_settime(timer, 0, &value, nullptr);
  for (int i = 0; i < 2; ++i) {
    while (sem_wait(&ticked) != 0) {
    }
  }
}

// says: a timer that was deleted
SCHEDULE_TEST(TimerCreate, MisusesDeleted) {
  const timer_t timer = SignalTimer(SIGUSR1);
  timer_delete(timer);
  const itimerspec value = Value(10);
  timer_settime(timer, 0, &value, nullptr);
}

SCHEDULE_TEST(TimerDescriptor, PassesReadAndPoll) {
  const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  EXPECT_GE(fd, 0);
  itimerspec value = Value(20);
  const std::int64_t before = NowOf(CLOCK_MONOTONIC);
  EXPECT_EQ(timerfd_settime(fd, 0, &value, nullptr), 0);
  std::uint64_t expired = 0;
  EXPECT_EQ(read(fd, &expired, sizeof expired), 8);
  EXPECT_EQ(expired, 1u);
  EXPECT_GE(NowOf(CLOCK_MONOTONIC) - before, 20 * kMillisecond);

  value = Value(10, 10);
  EXPECT_EQ(timerfd_settime(fd, 0, &value, nullptr), 0);
  pollfd entry = {fd, POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, -1), 1);
  usleep(50'000);
  EXPECT_EQ(read(fd, &expired, sizeof expired), 8);
  EXPECT_GE(expired, 1u);
  SOMETIMES(expired >= 5);
  itimerspec left = {};
  EXPECT_EQ(timerfd_gettime(fd, &left), 0);
  EXPECT_EQ(left.it_interval.tv_nsec, 10 * kMillisecond);
  value = Value(0);
  EXPECT_EQ(timerfd_settime(fd, 0, &value, nullptr), 0);
  EXPECT_EQ(poll(&entry, 1, 100), 0);
  close(fd);
  EXPECT_EQ(timerfd_settime(fd, 0, &value, nullptr), -1);
  EXPECT_EQ(errno, EBADF);
}

SCHEDULE_TEST(TimerDescriptor, PassesHandingOver) {
  static int prepared;
  prepared = 0;
  const int fd = timerfd_create(CLOCK_REALTIME, 0);
  std::thread waiter([fd] {
    std::uint64_t expired = 0;
    EXPECT_EQ(read(fd, &expired, sizeof expired), 8);
    EXPECT_EQ(prepared, 1);
  });
  prepared = 1;
  const itimerspec value = Value(10);
  timerfd_settime(fd, 0, &value, nullptr);
  waiter.join();
  close(fd);
}

SCHEDULE_TEST(TimerDescriptor, FailsComesTooEarly) {
  const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  const itimerspec value = Value(10);
  timerfd_settime(fd, 0, &value, nullptr);
  std::atomic<int> work = 0;
  for (int i = 0; i < 3; ++i) ++work;
  std::uint64_t expired = 0;
  EXPECT_EQ(read(fd, &expired, sizeof expired), -1);
}

// says: timerfd
SCHEDULE_TEST(TimerDescriptor, DeadlocksNeverArmed) {
  const int fd = timerfd_create(CLOCK_MONOTONIC, 0);
  std::uint64_t expired = 0;
  EXPECT_EQ(read(fd, &expired, sizeof expired), 8);
}
