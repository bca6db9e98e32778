// As ../primitives.cc: attributes of mutexes, of rwlocks and of threads.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

// Attributes of mutexes.

class PosixMutex {
 public:
  PosixMutex(int type, int robustness, int protocol = PTHREAD_PRIO_NONE) {
    pthread_mutexattr_t attributes;
    EXPECT_EQ(pthread_mutexattr_init(&attributes), 0);
    EXPECT_EQ(pthread_mutexattr_settype(&attributes, type), 0);
    EXPECT_EQ(pthread_mutexattr_setrobust(&attributes, robustness), 0);
    EXPECT_EQ(pthread_mutexattr_setprotocol(&attributes, protocol), 0);
    EXPECT_EQ(pthread_mutex_init(&mutex_, &attributes), 0);
    EXPECT_EQ(pthread_mutexattr_destroy(&attributes), 0);
  }
  ~PosixMutex() { EXPECT_EQ(pthread_mutex_destroy(&mutex_), 0); }
  operator pthread_mutex_t*() { return &mutex_; }

 private:
  pthread_mutex_t mutex_;
};

}  // namespace

SCHEDULE_TEST(MutexRobust, PassesRecovery) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  int value = 0;
  std::thread owner([&] {
    EXPECT_EQ(pthread_mutex_lock(mutex), 0);
    value = 1;
  });
  const int result = pthread_mutex_lock(mutex);
  if (result == EOWNERDEAD) {
    EXPECT_EQ(value, 1);
    value = 0;
    EXPECT_EQ(pthread_mutex_consistent(mutex), 0);
    EXPECT_EQ(pthread_mutex_unlock(mutex), 0);
    owner.join();
  } else {
    EXPECT_EQ(result, 0);
    EXPECT_EQ(value, 0);
    EXPECT_EQ(pthread_mutex_unlock(mutex), 0);
    owner.join();
    EXPECT_EQ(pthread_mutex_trylock(mutex), EOWNERDEAD);
    EXPECT_EQ(pthread_mutex_consistent(mutex), 0);
    EXPECT_EQ(pthread_mutex_unlock(mutex), 0);
  }
  EXPECT_EQ(pthread_mutex_lock(mutex), 0);
  EXPECT_EQ(pthread_mutex_consistent(mutex), EINVAL);
  EXPECT_EQ(pthread_mutex_unlock(mutex), 0);
  EXPECT_EQ(pthread_mutex_unlock(mutex), EPERM);
  SOMETIMES(result == EOWNERDEAD);
}

SCHEDULE_TEST(MutexRobust, PassesNotRecoverable) {
  PosixMutex mutex(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ROBUST);
  std::thread owner([&] {
    pthread_mutex_lock(mutex);
    pthread_mutex_lock(mutex);
  });
  owner.join();
  timespec long_ago = {};
  EXPECT_EQ(pthread_mutex_timedlock(mutex, &long_ago), EOWNERDEAD);
  std::thread waiter([&] { EXPECT_EQ(pthread_mutex_lock(mutex), ENOTRECOVERABLE); });
  EXPECT_EQ(pthread_mutex_unlock(mutex), 0);
  waiter.join();
  EXPECT_EQ(pthread_mutex_lock(mutex), ENOTRECOVERABLE);
  EXPECT_EQ(pthread_mutex_trylock(mutex), ENOTRECOVERABLE);
}

SCHEDULE_TEST(MutexRobust, PassesConditionVariable) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  bool is_set = false;
  std::thread owner([&] {
    if (pthread_mutex_lock(mutex) == EOWNERDEAD) pthread_mutex_consistent(mutex);
    is_set = true;
    pthread_cond_signal(&changed);
  });
  int result = pthread_mutex_lock(mutex);
  while (result == 0 && !is_set) result = pthread_cond_wait(&changed, mutex);
  EXPECT_EQ(result, EOWNERDEAD);
  EXPECT_EQ(pthread_mutex_consistent(mutex), 0);
  EXPECT_EQ(pthread_mutex_unlock(mutex), 0);
  owner.join();
}

// Takes what its dead owner left half done.
SCHEDULE_TEST(MutexRobust, FailsIgnoringTheDead) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  int debit = 0;
  int credit = 0;
  std::thread owner([&] {
    if (pthread_mutex_lock(mutex) == 0) debit = 1;
  });
  pthread_mutex_lock(mutex);
  EXPECT_EQ(debit, credit);
  pthread_mutex_unlock(mutex);
  owner.join();
}

SCHEDULE_TEST(MutexRobust, DeadlocksWhileItsOwnerLives) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_lock(mutex);
  std::thread([&] { pthread_mutex_lock(mutex); }).join();
}

SCHEDULE_TEST(MutexRobust, DeadlocksWithoutIt) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
  std::thread([&] { pthread_mutex_lock(mutex); }).join();
  pthread_mutex_lock(mutex);
}

SCHEDULE_TEST(MutexRobust, MisusesDestroyOfLocked) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  std::thread([&] { pthread_mutex_lock(mutex); }).join();
  pthread_mutex_lock(mutex);
}

SCHEDULE_TEST(MutexProtocols, PassesExclusion) {
  PosixMutex inherits(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
  PosixMutex protects(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_PROTECT);
  int value = 0;
  const auto add = [&](pthread_mutex_t* mutex) {
    EXPECT_EQ(pthread_mutex_lock(mutex), 0);
    ++value;
    EXPECT_EQ(pthread_mutex_unlock(mutex), 0);
  };
  for (pthread_mutex_t* mutex : {static_cast<pthread_mutex_t*>(inherits), static_cast<pthread_mutex_t*>(protects)}) {
    std::thread other(add, mutex);
    add(mutex);
    other.join();
  }
  EXPECT_EQ(value, 4);
  pthread_mutex_lock(protects);
  EXPECT_EQ(pthread_mutex_lock(protects), EDEADLK);
  pthread_mutex_unlock(protects);
}

SCHEDULE_TEST(MutexProtocols, DeadlocksOnItself) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
  pthread_mutex_lock(mutex);
  pthread_mutex_lock(mutex);
}

SCHEDULE_TEST(PthreadTimedLock, PassesInvalidTime) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
  const timespec invalid = {0, -1};
  EXPECT_EQ(pthread_mutex_timedlock(mutex, &invalid), 0);
  std::thread([&] { EXPECT_EQ(pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &invalid), EINVAL); }).join();
  pthread_mutex_unlock(mutex);
}

SCHEDULE_TEST(PthreadTimedLock, FailsWithInvalidTime) {
  PosixMutex mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
  pthread_mutex_lock(mutex);
  const timespec never = {1, 1'000'000'000};
  std::thread([&] { EXPECT_EQ(pthread_mutex_timedlock(mutex, &never), ETIMEDOUT); }).join();
  pthread_mutex_unlock(mutex);
}

// Attributes of rwlocks.

namespace {

class PosixRwlock {
 public:
  explicit PosixRwlock(int preference) {
    pthread_rwlockattr_t attributes;
    EXPECT_EQ(pthread_rwlockattr_init(&attributes), 0);
    EXPECT_EQ(pthread_rwlockattr_setkind_np(&attributes, preference), 0);
    EXPECT_EQ(pthread_rwlock_init(&lock_, &attributes), 0);
    EXPECT_EQ(pthread_rwlockattr_destroy(&attributes), 0);
  }
  ~PosixRwlock() { EXPECT_EQ(pthread_rwlock_destroy(&lock_), 0); }
  operator pthread_rwlock_t*() { return &lock_; }

 private:
  pthread_rwlock_t lock_;
};

void ReadTwiceBesideAWriter(pthread_rwlock_t* lock) {
  std::thread writer([&] {
    pthread_rwlock_wrlock(lock);
    pthread_rwlock_unlock(lock);
  });
  EXPECT_EQ(pthread_rwlock_rdlock(lock), 0);
  EXPECT_EQ(pthread_rwlock_rdlock(lock), 0);
  pthread_rwlock_unlock(lock);
  pthread_rwlock_unlock(lock);
  writer.join();
}

}  // namespace

SCHEDULE_TEST(RwlockPreference, PassesReadingTwice) {
  PosixRwlock lock(PTHREAD_RWLOCK_PREFER_READER_NP);
  ReadTwiceBesideAWriter(lock);
}

SCHEDULE_TEST(RwlockPreference, PassesEitherOrderWithWriterPreference) {
  PosixRwlock lock(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  int value = 0;
  std::thread writer([&] {
    EXPECT_EQ(pthread_rwlock_wrlock(lock), 0);
    ++value;
    EXPECT_EQ(pthread_rwlock_unlock(lock), 0);
  });
  std::thread reader([&] {
    const int result = pthread_rwlock_tryrdlock(lock);
    SOMETIMES(result == EBUSY);
    if (result == 0) pthread_rwlock_unlock(lock);
  });
  EXPECT_EQ(pthread_rwlock_rdlock(lock), 0);
  const int seen = value;
  EXPECT_EQ(pthread_rwlock_unlock(lock), 0);
  SOMETIMES(seen == 0);
  SOMETIMES(seen == 1);
  writer.join();
  reader.join();
}

// Names and processors of threads.

SCHEDULE_TEST(ThreadAttributes, PassesNamesAndProcessors) {
  std::thread thread([] {
    char name[16];
    EXPECT_EQ(pthread_setname_np(pthread_self(), "reader"), 0);
    EXPECT_EQ(pthread_getname_np(pthread_self(), name, sizeof name), 0);
    EXPECT_STREQ(name, "reader");
    EXPECT_EQ(pthread_setname_np(pthread_self(), "longer than a name may be"), ERANGE);
    cpu_set_t set;
    EXPECT_EQ(pthread_getaffinity_np(pthread_self(), sizeof set, &set), 0);
    EXPECT_EQ(CPU_COUNT(&set), 4);
    EXPECT_EQ(pthread_setaffinity_np(pthread_self(), sizeof set, &set), 0);
    CPU_ZERO(&set);
    EXPECT_EQ(sched_setaffinity(0, sizeof set, &set), -1);
    EXPECT_EQ(errno, EINVAL);
  });
  thread.join();
}

SCHEDULE_TEST(ThreadAttributes, RacesOnTheSameProcessor) {
  int value = 0;
  const auto add = [&] {
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    pthread_setaffinity_np(pthread_self(), sizeof first, &first);
    ++value;
  };
  std::thread other(add);
  add();
  other.join();
}

// says: 'sleeper'
SCHEDULE_TEST(ThreadAttributes, DeadlocksUnderItsName) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  std::thread thread([&] {
    pthread_setname_np(pthread_self(), "sleeper");
    pthread_mutex_lock(&mutex);
    pthread_mutex_lock(&mutex);
  });
  thread.join();
}

// Policies and priorities of threads.

namespace {

void* NoWork(void*) { return nullptr; }

int PriorityOf(pthread_t thread, int* policy) {
  sched_param parameters = {};
  EXPECT_EQ(pthread_getschedparam(thread, policy, &parameters), 0);
  return parameters.sched_priority;
}

}  // namespace

SCHEDULE_TEST(ThreadPriorities, PassesWhatWasSet) {
  const pthread_t self = pthread_self();
  int policy = -1;
  EXPECT_EQ(PriorityOf(self, &policy), 0);
  EXPECT_EQ(policy, SCHED_OTHER);
  sched_param parameters = {};
  parameters.sched_priority = sched_get_priority_max(SCHED_FIFO);
  EXPECT_EQ(pthread_setschedparam(self, SCHED_FIFO, &parameters), 0);
  EXPECT_EQ(pthread_setschedprio(self, 7), 0);
  std::thread([self] {
    // A new thread has what its creator has; they change apart.
    int policy_here = -1;
    EXPECT_EQ(PriorityOf(pthread_self(), &policy_here), 7);
    EXPECT_EQ(policy_here, SCHED_FIFO);
    const sched_param low = {.sched_priority = 1};
    EXPECT_EQ(sched_setscheduler(0, SCHED_RR, &low), 0);
    EXPECT_EQ(sched_getscheduler(0), SCHED_RR);
    EXPECT_EQ(PriorityOf(self, &policy_here), 7);
  }).join();
  EXPECT_EQ(sched_getscheduler(getpid()), SCHED_FIFO);
  EXPECT_EQ(sched_getparam(0, &parameters), 0);
  EXPECT_EQ(parameters.sched_priority, 7);
  EXPECT_EQ(nice(5), 5);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 5);
  EXPECT_EQ(setpriority(PRIO_PROCESS, 0, 100), 0);
  EXPECT_EQ(nice(0), 19);
}

SCHEDULE_TEST(ThreadPriorities, PassesAttributes) {
  pthread_attr_t attributes;
  EXPECT_EQ(pthread_attr_init(&attributes), 0);
  EXPECT_EQ(pthread_attr_setschedpolicy(&attributes, SCHED_RR), 0);
  sched_param parameters = {.sched_priority = 12};
  EXPECT_EQ(pthread_attr_setschedparam(&attributes, &parameters), 0);
  EXPECT_EQ(pthread_attr_setscope(&attributes, PTHREAD_SCOPE_PROCESS), ENOTSUP);
  for (const int inherits : {PTHREAD_INHERIT_SCHED, PTHREAD_EXPLICIT_SCHED}) {
    EXPECT_EQ(pthread_attr_setinheritsched(&attributes, inherits), 0);
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, &attributes, NoWork, nullptr), 0);
    int policy = -1;
    const int priority = PriorityOf(thread, &policy);
    EXPECT_EQ(priority, inherits == PTHREAD_EXPLICIT_SCHED ? 12 : 0);
    EXPECT_EQ(policy, inherits == PTHREAD_EXPLICIT_SCHED ? SCHED_RR : SCHED_OTHER);
    pthread_join(thread, nullptr);
  }
  pthread_attr_destroy(&attributes);
  // A policy without a priority that it has.
  pthread_attr_init(&attributes);
  pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
  pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
  pthread_t thread;
  EXPECT_EQ(pthread_create(&thread, &attributes, NoWork, nullptr), EINVAL);
  pthread_attr_destroy(&attributes);
}

SCHEDULE_TEST(ThreadPriorities, PassesErrors) {
  const pthread_t self = pthread_self();
  sched_param parameters = {.sched_priority = 1};
  EXPECT_EQ(pthread_setschedparam(self, SCHED_OTHER, &parameters), EINVAL);
  EXPECT_EQ(pthread_setschedparam(self, 77, &parameters), EINVAL);
  parameters.sched_priority = 100;
  EXPECT_EQ(pthread_setschedparam(self, SCHED_FIFO, &parameters), EINVAL);
  EXPECT_EQ(pthread_setschedprio(self, 1), EINVAL);
  EXPECT_EQ(sched_setscheduler(999'999, SCHED_OTHER, &parameters), -1);
  EXPECT_EQ(errno, ESRCH);
  EXPECT_EQ(sched_setscheduler(0, SCHED_RR, &parameters), -1);
  EXPECT_EQ(errno, EINVAL);
  errno = 0;
  EXPECT_EQ(getpriority(PRIO_PROCESS, 999'999), -1);
  EXPECT_EQ(errno, ESRCH);
  int policy = -1;
  EXPECT_EQ(PriorityOf(self, &policy), 0);
  EXPECT_EQ(policy, SCHED_OTHER);
}

SCHEDULE_TEST(ThreadPriorities, PassesInEitherOrder) {
  std::atomic<int> first = 0;
  const auto run = [&](int priority) {
    const sched_param parameters = {.sched_priority = priority};
    EXPECT_EQ(pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters), 0);
    int nobody = 0;
    first.compare_exchange_strong(nobody, priority);
  };
  std::thread low(run, 1);
  std::thread high(run, 99);
  low.join();
  high.join();
  SOMETIMES(first == 1);
  SOMETIMES(first == 99);
}

// The higher one does not run before the lower one, but beside it.
SCHEDULE_TEST(ThreadPriorities, RacesWhateverThePriority) {
  int value = 0;
  const auto add = [&](int priority) {
    const sched_param parameters = {.sched_priority = priority};
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
    ++value;
  };
  std::thread low(add, 1);
  std::thread high(add, 99);
  low.join();
  high.join();
}

SCHEDULE_TEST(ThreadPriorities, DeadlocksWhateverThePriority) {
  std::mutex first, second;
  const auto take = [](int priority, std::mutex& outer, std::mutex& inner) {
    const sched_param parameters = {.sched_priority = priority};
    pthread_setschedparam(pthread_self(), SCHED_RR, &parameters);
    std::lock_guard outer_guard(outer);
    std::lock_guard inner_guard(inner);
  };
  std::thread low(take, 1, std::ref(first), std::ref(second));
  std::thread high(take, 99, std::ref(second), std::ref(first));
  low.join();
  high.join();
}
