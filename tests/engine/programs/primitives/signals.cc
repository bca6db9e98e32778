// As ../primitives.cc: signals within one process.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

std::atomic<int> handled;
sem_t posted;

void Install(int signal, void (*handler)(int), int flags = 0) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  EXPECT_EQ(sigaction(signal, &action, nullptr), 0);
}

void Count(int) { ++handled; }
void Post(int) { sem_post(&posted); }
void Allocate(int size) {
  void* volatile block = malloc(static_cast<std::size_t>(size));
  free(block);
}

sigset_t SetOf(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

}  // namespace

SCHEDULE_TEST(SignalHandler, PassesRaise) {
  Install(SIGUSR1, Count);
  EXPECT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(kill(getpid(), SIGUSR1), 0);
  EXPECT_EQ(handled, 2);
  EXPECT_EQ(signal(SIGUSR1, SIG_IGN), Count);
  EXPECT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(raise(SIGCHLD), 0);
  EXPECT_EQ(handled, 2);
  EXPECT_EQ(raise(1000), -1);
  EXPECT_EQ(errno, EINVAL);
}

SCHEDULE_TEST(SignalHandler, PassesAnyMoment) {
  Install(SIGUSR1, Count);
  std::atomic<int> place = 0;
  static std::atomic<int>* place_now;
  static int came_at;
  place_now = &place;
  came_at = -1;
  Install(SIGUSR1, [](int) { came_at = *place_now; });
  const pthread_t self = pthread_self();
  std::thread sender([&] { EXPECT_EQ(pthread_kill(self, SIGUSR1), 0); });
  for (int i = 1; i <= 3; ++i) place = i;
  sender.join();
  EXPECT_EQ(place, 3);
  SOMETIMES(came_at == 0);
  SOMETIMES(came_at == 1);
  SOMETIMES(came_at == 3);
}

SCHEDULE_TEST(SignalHandler, PassesInterruptedCalls) {
  Install(SIGUSR1, Count);
  sem_init(&posted, 0, 0);
  const pthread_t self = pthread_self();
  std::thread sender([&] { EXPECT_EQ(pthread_kill(self, SIGUSR1), 0); });
  timespec time = {1, 0};
  const int slept = nanosleep(&time, &time);
  if (slept == -1) EXPECT_EQ(errno, EINTR);
  SOMETIMES(slept == -1);
  SOMETIMES(slept == 0);
  if (slept == 0 && handled == 0) {
    timespec deadline = {};
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 1;
    const int result = sem_timedwait(&posted, &deadline);
    EXPECT_EQ(result, -1);
    SOMETIMES(errno == EINTR);
  }
  sender.join();
}

SCHEDULE_TEST(SignalHandler, PassesRestartedCall) {
  Install(SIGUSR1, Post, SA_RESTART);
  sem_init(&posted, 0, 0);
  const pthread_t self = pthread_self();
  std::thread sender([&] { EXPECT_EQ(pthread_kill(self, SIGUSR1), 0); });
  EXPECT_EQ(sem_wait(&posted), 0);
  sender.join();
}

SCHEDULE_TEST(SignalHandler, PassesWhileItWaitsForAMutex) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  Install(SIGUSR1, Post);
  sem_init(&posted, 0, 0);
  pthread_mutex_lock(&mutex);
  std::thread waiter([] {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  });
  EXPECT_EQ(pthread_kill(waiter.native_handle(), SIGUSR1), 0);
  EXPECT_EQ(sem_wait(&posted), 0);
  pthread_mutex_unlock(&mutex);
  waiter.join();
}

SCHEDULE_TEST(SignalHandler, FailsSeenTooEarly) {
  Install(SIGUSR1, Count);
  pthread_t self = pthread_self();
  std::thread([self] { pthread_kill(self, SIGUSR1); }).detach();
  for (int i = 0; i < 2; ++i) usleep(1);
  EXPECT_EQ(handled, 1);
}

// says: its handler ran at step
SCHEDULE_TEST(SignalHandler, LosesASignalBeforePause) {
  Install(SIGUSR1, Count);
  const pthread_t self = pthread_self();
  std::thread sender([&] { pthread_kill(self, SIGUSR1); });
  if (handled == 0) pause();
  sender.join();
}

// says: async-signal-safe
SCHEDULE_TEST(SignalHandler, MisusesMalloc) {
  Install(SIGUSR1, Allocate);
  const pthread_t self = pthread_self();
  std::thread sender([&] { pthread_kill(self, SIGUSR1); });
  for (int i = 0; i < 3; ++i) {
    Allocate(20);
    handled = i;
  }
  sender.join();
}

// says: SIGSEGV
SCHEDULE_TEST(SignalHandler, MisusesFaults) { signal(SIGSEGV, Count); }

// says: no handler is installed
SCHEDULE_TEST(SignalHandler, CrashesBeforeItIsInstalled) {
  const pthread_t self = pthread_self();
  std::thread sender([&] { pthread_kill(self, SIGUSR1); });
  Install(SIGUSR1, Count);
  sender.join();
}

SCHEDULE_TEST(SignalWait, PassesSigwait) {
  const sigset_t set = SetOf(SIGUSR1);
  EXPECT_EQ(pthread_sigmask(SIG_BLOCK, &set, nullptr), 0);
  int data = 0;
  std::thread sender([&] {
    data = 1;
    EXPECT_EQ(kill(getpid(), SIGUSR1), 0);
  });
  int number = 0;
  EXPECT_EQ(sigwait(&set, &number), 0);
  EXPECT_EQ(number, SIGUSR1);
  EXPECT_EQ(data, 1);
  sender.join();
}

SCHEDULE_TEST(SignalWait, PassesQueuedValues) {
  const sigset_t set = SetOf(SIGRTMIN);
  EXPECT_EQ(sigprocmask(SIG_BLOCK, &set, nullptr), 0);
  sigval value = {};
  for (value.sival_int = 5; value.sival_int < 7; ++value.sival_int) {
    EXPECT_EQ(pthread_sigqueue(pthread_self(), SIGRTMIN, value), 0);
  }
  sigset_t pending;
  EXPECT_EQ(sigpending(&pending), 0);
  EXPECT_EQ(sigismember(&pending, SIGRTMIN), 1);
  siginfo_t info;
  EXPECT_EQ(sigwaitinfo(&set, &info), SIGRTMIN);
  EXPECT_EQ(info.si_value.sival_int, 5);
  EXPECT_EQ(sigwaitinfo(&set, &info), SIGRTMIN);
  EXPECT_EQ(info.si_value.sival_int, 6);
  const timespec second = {1, 0};
  EXPECT_EQ(sigtimedwait(&set, &info, &second), -1);
  EXPECT_EQ(errno, EAGAIN);
}

SCHEDULE_TEST(SignalWait, PassesSigsuspend) {
  Install(SIGUSR1, Count);
  const sigset_t set = SetOf(SIGUSR1);
  sigset_t old;
  EXPECT_EQ(pthread_sigmask(SIG_BLOCK, &set, &old), 0);
  const pthread_t self = pthread_self();
  std::thread sender([&] { EXPECT_EQ(pthread_kill(self, SIGUSR1), 0); });
  while (handled == 0) {
    EXPECT_EQ(sigsuspend(&old), -1);
    EXPECT_EQ(errno, EINTR);
  }
  sender.join();
}

SCHEDULE_TEST(SignalWait, FailsTimingOut) {
  const sigset_t set = SetOf(SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread sender([] { kill(getpid(), SIGUSR1); });
  const timespec second = {1, 0};
  const int number = sigtimedwait(&set, nullptr, &second);
  sender.join();
  EXPECT_EQ(number, SIGUSR1);
}

// says: waits for a signal
SCHEDULE_TEST(SignalWait, DeadlocksWithoutASender) {
  const sigset_t set = SetOf(SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  int number = 0;
  sigwait(&set, &number);
}

// says: sends a signal to a thread that was joined
SCHEDULE_TEST(SignalWait, MisusesJoined) {
  std::thread thread([] {});
  const pthread_t handle = thread.native_handle();
  thread.join();
  pthread_kill(handle, SIGUSR1);
}
