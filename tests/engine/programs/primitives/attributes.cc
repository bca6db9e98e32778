// As ../primitives.cc: attributes of mutexes and of rwlocks.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <atomic>
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
