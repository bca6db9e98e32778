// Mutexes, shared mutexes and the guards that hold them. How names are read: rows.txt.
#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "racecourse/schedule_test.h"
#include "tests/engine/programs/primitives/twice.h"

using namespace std::chrono_literals;

namespace {

// A mutex of one of the types of POSIX.
struct TypedMutex {
  explicit TypedMutex(int type) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  pthread_mutex_t mutex;
};

// Both threads take both locks, the first thread the other way round.
template <typename Lock>
void TakeBothInOppositeOrders(Lock lock) {
  std::thread other([&] {
    lock(0);
    lock(1);
  });
  lock(1);
  lock(0);
  other.join();
}

}  // namespace

SCHEDULE_TEST(PthreadMutex, PassesExclusionAndCodes) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  int inside = 0;
  std::atomic<int> refused = 0;
  Twice([&] {
    if (pthread_mutex_trylock(&mutex) == EBUSY) {
      ++refused;
      ASSERT_EQ(pthread_mutex_lock(&mutex), 0);
    }
    ASSERT_EQ(++inside, 1);
    --inside;
    ASSERT_EQ(pthread_mutex_unlock(&mutex), 0);
  });
  SOMETIMES(refused == 0);
  SOMETIMES(refused == 1);
  EXPECT_EQ(pthread_mutex_destroy(&mutex), 0);
}
SCHEDULE_TEST(PthreadMutex, RacesWithAReadOutside) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  int value = 0;
  std::thread writer([&] {
    pthread_mutex_lock(&mutex);
    value = 1;
    pthread_mutex_unlock(&mutex);
  });
  SOMETIMES(value == 1);
  writer.join();
}
SCHEDULE_TEST(PthreadMutex, DeadlocksInOppositeOrders) {
  static pthread_mutex_t mutexes[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
  TakeBothInOppositeOrders([](int i) { pthread_mutex_lock(&mutexes[i]); });
}
// says: unlocks a mutex that another thread holds
SCHEDULE_TEST(PthreadMutex, MisusesUnlockByAnother) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  std::thread([&] { pthread_mutex_unlock(&mutex); }).join();
}
// says: uses a mutex that was already destroyed
SCHEDULE_TEST(PthreadMutex, MisusesLockOfDestroyed) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_destroy(&mutex);
  pthread_mutex_lock(&mutex);
}
// says: initialises a mutex that is locked
SCHEDULE_TEST(PthreadMutex, MisusesInitialisationWhileLocked) {
  static pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_lock(&mutex);
  pthread_mutex_init(&mutex, nullptr);
}

SCHEDULE_TEST(MutexAdaptive, PassesExclusion) {
  TypedMutex typed(PTHREAD_MUTEX_ADAPTIVE_NP);
  int value = 0;
  Twice([&] {
    pthread_mutex_lock(&typed.mutex);
    ++value;
    pthread_mutex_unlock(&typed.mutex);
  });
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(MutexAdaptive, FailsBetweenTwoSections) {
  TypedMutex typed(PTHREAD_MUTEX_ADAPTIVE_NP);
  int value = 0;
  Twice([&] {
    pthread_mutex_lock(&typed.mutex);
    const int seen = value;
    pthread_mutex_unlock(&typed.mutex);
    pthread_mutex_lock(&typed.mutex);
    value = seen + 1;
    pthread_mutex_unlock(&typed.mutex);
  });
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(MutexAdaptive, DeadlocksOnItself) {
  TypedMutex typed(PTHREAD_MUTEX_ADAPTIVE_NP);
  pthread_mutex_lock(&typed.mutex);
  pthread_mutex_lock(&typed.mutex);
}
// says: unlocks a mutex that is not locked
SCHEDULE_TEST(MutexAdaptive, MisusesUnlock) {
  TypedMutex typed(PTHREAD_MUTEX_ADAPTIVE_NP);
  pthread_mutex_unlock(&typed.mutex);
}

SCHEDULE_TEST(PthreadMutexRecursive, PassesDepthAndCodes) {
  TypedMutex typed(PTHREAD_MUTEX_RECURSIVE);
  int value = 0;
  Twice([&] {
    ASSERT_EQ(pthread_mutex_lock(&typed.mutex), 0);
    ASSERT_EQ(pthread_mutex_lock(&typed.mutex), 0);
    ++value;
    ASSERT_EQ(pthread_mutex_unlock(&typed.mutex), 0);
    ++value;
    ASSERT_EQ(pthread_mutex_unlock(&typed.mutex), 0);
  });
  EXPECT_EQ(value, 4);
  EXPECT_EQ(pthread_mutex_unlock(&typed.mutex), EPERM);
  pthread_mutex_lock(&typed.mutex);
  std::thread([&] { EXPECT_EQ(pthread_mutex_unlock(&typed.mutex), EPERM); }).join();
}
SCHEDULE_TEST(PthreadMutexRecursive, RacesAfterTheLastUnlock) {
  TypedMutex typed(PTHREAD_MUTEX_RECURSIVE);
  int value = 0;
  Twice([&] {
    pthread_mutex_lock(&typed.mutex);
    pthread_mutex_lock(&typed.mutex);
    pthread_mutex_unlock(&typed.mutex);
    pthread_mutex_unlock(&typed.mutex);
    ++value;
  });
}
SCHEDULE_TEST(PthreadMutexRecursive, DeadlocksUnlockedTooSeldom) {
  TypedMutex typed(PTHREAD_MUTEX_RECURSIVE);
  Twice([&] {
    pthread_mutex_lock(&typed.mutex);
    pthread_mutex_lock(&typed.mutex);
    pthread_mutex_unlock(&typed.mutex);
  });
}
// says: destroys a mutex that is locked
SCHEDULE_TEST(PthreadMutexRecursive, MisusesDestroyAtDepthOne) {
  TypedMutex typed(PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_lock(&typed.mutex);
  pthread_mutex_lock(&typed.mutex);
  pthread_mutex_unlock(&typed.mutex);
  pthread_mutex_destroy(&typed.mutex);
}

SCHEDULE_TEST(MutexErrorcheck, FailsWhenTheCodeIsIgnored) {
  TypedMutex typed(PTHREAD_MUTEX_ERRORCHECK);
  std::atomic<bool> is_held = false;
  std::thread other([&] {
    pthread_mutex_unlock(&typed.mutex);  // refused, so the mutex stays locked
    is_held = pthread_mutex_trylock(&typed.mutex) == EBUSY;
  });
  pthread_mutex_lock(&typed.mutex);
  other.join();
  EXPECT_FALSE(is_held);
  pthread_mutex_unlock(&typed.mutex);
}
// says: destroys a mutex that is locked
SCHEDULE_TEST(MutexErrorcheck, MisusesDestroyOfLocked) {
  TypedMutex typed(PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_lock(&typed.mutex);
  pthread_mutex_destroy(&typed.mutex);
}

SCHEDULE_TEST(PthreadTimedLock, PassesBothClocks) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  std::atomic<int> late = 0;
  Twice([&] {
    const timespec soon = In(1);
    if (pthread_mutex_timedlock(&mutex, &soon) == 0) {
      std::this_thread::sleep_for(2s);
      pthread_mutex_unlock(&mutex);
    } else {
      ++late;
    }
  });
  SOMETIMES(late == 0);
  SOMETIMES(late == 1);
  pthread_mutex_lock(&mutex);
  std::thread([&] {
    const timespec soon = In(2, CLOCK_MONOTONIC);
    ASSERT_EQ(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    EXPECT_GE(now.tv_sec, soon.tv_sec);
    const timespec past = In(-1);
    EXPECT_EQ(pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
  }).join();
  pthread_mutex_unlock(&mutex);
  const timespec past = In(-1);
  EXPECT_EQ(pthread_mutex_timedlock(&mutex, &past), 0);
}
SCHEDULE_TEST(PthreadTimedLock, RacesWhenTheTimeoutIsIgnored) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  int value = 0;
  Twice([&] {
    const timespec soon = In(1);
    const int result = pthread_mutex_timedlock(&mutex, &soon);
    ++value;
    if (result == 0) pthread_mutex_unlock(&mutex);
  });
}
SCHEDULE_TEST(PthreadTimedLock, DeadlocksWithAnUntimedOne) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  std::thread([&] {
    const timespec soon = In(1);
    pthread_mutex_timedlock(&mutex, &soon);
  }).join();
  pthread_mutex_lock(&mutex);
}
// says: unlocks a mutex
SCHEDULE_TEST(PthreadTimedLock, MisusesUnlockAfterTimeout) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  Twice([&] {
    const timespec soon = In(1);
    pthread_mutex_timedlock(&mutex, &soon);
    pthread_mutex_unlock(&mutex);
  });
}

// says: unlocks a mutex
SCHEDULE_TEST(MutexTimed, MisusesUnlockAfterTimeout) {
  std::timed_mutex mutex;
  Twice([&] {
    (void)mutex.try_lock_for(1s);
    mutex.unlock();
  });
}
SCHEDULE_TEST(MutexTimed, DeadlocksOnItself) {
  std::timed_mutex mutex;
  mutex.lock();
  mutex.lock();
}

SCHEDULE_TEST(MutexRecursive, RacesBesideIt) {
  std::recursive_mutex mutex;
  int value = 0;
  std::thread other([&] {
    std::lock_guard<std::recursive_mutex> outer(mutex);
    std::lock_guard<std::recursive_mutex> inner(mutex);
    ++value;
  });
  ++value;
  other.join();
}
// says: unlocks a recursive mutex that it does not hold
SCHEDULE_TEST(MutexRecursive, MisusesUnlockOnceTooOften) {
  std::recursive_mutex mutex;
  mutex.lock();
  mutex.unlock();
  mutex.unlock();
}

SCHEDULE_TEST(MutexRecursiveTimed, PassesBothOutcomes) {
  std::recursive_timed_mutex mutex;
  std::atomic<int> taken = 0;
  Twice([&] {
    if (!mutex.try_lock_for(1s)) return;
    ASSERT_TRUE(mutex.try_lock_until(std::chrono::steady_clock::now()));
    ++taken;
    mutex.unlock();
    std::this_thread::sleep_for(2s);
    mutex.unlock();
  });
  SOMETIMES(taken == 1);
  SOMETIMES(taken == 2);
}
SCHEDULE_TEST(MutexRecursiveTimed, FailsToGetIt) {
  std::recursive_timed_mutex mutex;
  Twice([&] {
    EXPECT_TRUE(mutex.try_lock_for(1s));
    std::this_thread::sleep_for(2s);
    mutex.unlock();
  });
}
SCHEDULE_TEST(MutexRecursiveTimed, DeadlocksUnlockedOnce) {
  std::recursive_timed_mutex mutex;
  Twice([&] {
    mutex.lock();
    mutex.lock();
    mutex.unlock();
  });
}
// says: unlocks a recursive mutex that it does not hold
SCHEDULE_TEST(MutexRecursiveTimed, MisusesUnlockAfterTimeout) {
  std::recursive_timed_mutex mutex;
  Twice([&] {
    (void)mutex.try_lock_for(1s);
    mutex.unlock();
  });
}

SCHEDULE_TEST(SharedTimedMutex, PassesReadersTogether) {
  std::shared_timed_mutex mutex;
  std::atomic<int> readers = 0;
  Twice([&] {
    if (!mutex.try_lock_shared_until(std::chrono::system_clock::now() + 1s)) return;
    ++readers;
    SOMETIMES(readers == 2);
    --readers;
    mutex.unlock_shared();
  });
}
SCHEDULE_TEST(SharedTimedMutex, DeadlocksReaderBecomesWriter) {
  std::shared_timed_mutex mutex;
  Twice([&] {
    mutex.lock_shared();
    mutex.lock();
  });
}
// says: unlocks a shared mutex that it does not hold
SCHEDULE_TEST(SharedTimedMutex, MisusesUnlockAfterTimeout) {
  std::shared_timed_mutex mutex;
  Twice([&] {
    (void)mutex.try_lock_for(1s);
    mutex.unlock();
  });
}
// says: destroys a shared mutex that is locked
// missing: the destructor calls nothing that could be seen
SCHEDULE_TEST(SharedMutex, MisusesDestroyOfLocked) {
  std::shared_mutex mutex;
  mutex.lock_shared();
}
// says: unlocks a shared mutex that it holds shared
// missing: both unlocks are one call of POSIX; nothing is reported
SCHEDULE_TEST(SharedMutex, MisusesUnlockOfTheWrongKind) {
  std::shared_mutex mutex;
  mutex.lock_shared();
  mutex.unlock();
}

SCHEDULE_TEST(RwlockTimed, PassesBothKindsAndClocks) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_rdlock(&lock);
  std::thread([&] {
    timespec soon = In(1);
    EXPECT_EQ(pthread_rwlock_timedrdlock(&lock, &soon), 0);
    EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
    EXPECT_EQ(pthread_rwlock_timedwrlock(&lock, &soon), ETIMEDOUT);
    soon = In(1, CLOCK_MONOTONIC);
    EXPECT_EQ(pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
    EXPECT_EQ(pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &soon), 0);
    EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
  }).join();
  EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
  std::atomic<int> late = 0;
  Twice([&] {
    const timespec soon = In(1);
    if (pthread_rwlock_timedwrlock(&lock, &soon) != 0) {
      ++late;
      return;
    }
    std::this_thread::sleep_for(2s);
    pthread_rwlock_unlock(&lock);
  });
  SOMETIMES(late == 0);
  SOMETIMES(late == 1);
}
SCHEDULE_TEST(RwlockTimed, RacesWhenTheTimeoutIsIgnored) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  int value = 0;
  Twice([&] {
    const timespec soon = In(1);
    const int result = pthread_rwlock_timedwrlock(&lock, &soon);
    ++value;
    if (result == 0) pthread_rwlock_unlock(&lock);
  });
}
SCHEDULE_TEST(RwlockTimed, DeadlocksWithAnUntimedOne) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  std::thread([&] {
    const timespec soon = In(1);
    pthread_rwlock_timedwrlock(&lock, &soon);
  }).join();
  pthread_rwlock_rdlock(&lock);
}
// says: unlocks a shared mutex that it does not hold
SCHEDULE_TEST(RwlockTimed, MisusesUnlockAfterTimeout) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  Twice([&] {
    const timespec soon = In(1);
    pthread_rwlock_timedwrlock(&lock, &soon);
    pthread_rwlock_unlock(&lock);
  });
}

// A reader that comes while a writer waits may be let in or not: POSIX leaves it open, so both must happen.
SCHEDULE_TEST(RwlockPreference, PassesEitherPolicy) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  std::atomic<int> written = 0;
  std::atomic<int> seen = -1;
  pthread_rwlock_rdlock(&lock);
  std::thread writer([&] {
    pthread_rwlock_wrlock(&lock);
    written = 1;
    pthread_rwlock_unlock(&lock);
  });
  std::thread reader([&] {
    pthread_rwlock_rdlock(&lock);
    seen = written.load();
    pthread_rwlock_unlock(&lock);
  });
  pthread_rwlock_unlock(&lock);
  writer.join();
  reader.join();
  SOMETIMES(seen == 0);
  SOMETIMES(seen == 1);
}
SCHEDULE_TEST(RwlockPreference, FailsWhenTheWriterIsThoughtFirst) {
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_READER_NP);
  pthread_rwlock_t lock;
  pthread_rwlock_init(&lock, &attributes);
  int written = 0;
  std::thread writer([&] {
    pthread_rwlock_wrlock(&lock);
    written = 1;
    pthread_rwlock_unlock(&lock);
  });
  std::this_thread::sleep_for(1s);
  pthread_rwlock_rdlock(&lock);
  EXPECT_EQ(written, 1);
  pthread_rwlock_unlock(&lock);
  writer.join();
}
// A second read lock of one thread waits for a waiting writer, which waits for the first one.
SCHEDULE_TEST(RwlockPreference, DeadlocksReadingTwiceWithWriterPreference) {
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_t lock;
  pthread_rwlock_init(&lock, &attributes);
  std::thread writer([&] {
    pthread_rwlock_wrlock(&lock);
    pthread_rwlock_unlock(&lock);
  });
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_unlock(&lock);
  writer.join();
}

SCHEDULE_TEST(Spinlock, RacesAfterUnlock) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  int value = 0;
  Twice([&] {
    pthread_spin_lock(&lock);
    pthread_spin_unlock(&lock);
    ++value;
  });
}
// says: destroys a spinlock that is locked
SCHEDULE_TEST(Spinlock, MisusesDestroyOfLocked) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_lock(&lock);
  pthread_spin_destroy(&lock);
}

// Guards.

SCHEDULE_TEST(LockGuard, PassesWithExceptions) {
  std::mutex mutex;
  int value = 0;
  Twice([&] {
    try {
      std::lock_guard lock(mutex);
      ++value;
      throw 1;
    } catch (int) {
    }
  });
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(LockGuard, RacesAsATemporary) {
  std::mutex mutex;
  int value = 0;
  Twice([&] {
    std::lock_guard<std::mutex>{mutex};  // gone at the end of the line
    ++value;
  });
}
SCHEDULE_TEST(LockGuard, DeadlocksInOppositeOrders) {
  std::mutex mutexes[2];
  std::thread other([&] {
    std::lock_guard first(mutexes[0]);
    std::lock_guard second(mutexes[1]);
  });
  {
    std::lock_guard first(mutexes[1]);
    std::lock_guard second(mutexes[0]);
  }
  other.join();
}
// says: unlocks a mutex that is not locked
SCHEDULE_TEST(LockGuard, MisusesAdoptingWithoutTheLock) {
  std::mutex mutex;
  std::lock_guard lock(mutex, std::adopt_lock);
}

SCHEDULE_TEST(ScopedLock, PassesInOppositeOrders) {
  std::mutex mutexes[2];
  int value = 0;
  std::thread other([&] {
    std::scoped_lock lock(mutexes[0], mutexes[1]);
    ++value;
  });
  {
    std::scoped_lock lock(mutexes[1], mutexes[0]);
    ++value;
  }
  other.join();
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(ScopedLock, RacesWithoutACommonMutex) {
  std::mutex mutexes[4];
  int value = 0;
  std::thread other([&] {
    std::scoped_lock lock(mutexes[0], mutexes[1]);
    ++value;
  });
  {
    std::scoped_lock lock(mutexes[2], mutexes[3]);
    ++value;
  }
  other.join();
}
SCHEDULE_TEST(ScopedLock, DeadlocksInsideAnother) {
  std::mutex mutexes[2];
  std::thread other([&] {
    std::scoped_lock outer(mutexes[0]);
    std::scoped_lock inner(mutexes[1]);
  });
  {
    std::scoped_lock outer(mutexes[1]);
    std::scoped_lock inner(mutexes[0]);
  }
  other.join();
}
// says: unlocks a mutex that is not locked
SCHEDULE_TEST(ScopedLock, MisusesUnlockInside) {
  std::mutex mutexes[2];
  std::scoped_lock lock(mutexes[0], mutexes[1]);
  mutexes[1].unlock();
}

SCHEDULE_TEST(UniqueLock, PassesEveryWay) {
  std::timed_mutex mutex;
  int value = 0;
  Twice([&] {
    std::unique_lock<std::timed_mutex> later(mutex, std::defer_lock);
    EXPECT_FALSE(later.owns_lock());
    later.lock();
    ++value;
    later.unlock();
    std::unique_lock<std::timed_mutex> trying(mutex, std::try_to_lock);
    if (!trying) trying.lock();
    std::unique_lock<std::timed_mutex> moved = std::move(trying);
    EXPECT_FALSE(trying.owns_lock());
    ++value;
    std::timed_mutex* released = moved.release();
    released->unlock();
    std::unique_lock<std::timed_mutex> timed(mutex, 1s);
    if (timed) ++value;
    SOMETIMES(!timed);
  });
  EXPECT_GE(value, 4);
  std::unique_lock<std::timed_mutex> lock(mutex);
  EXPECT_THROW(lock.lock(), std::system_error);
  lock.unlock();
  EXPECT_THROW(lock.unlock(), std::system_error);
}
SCHEDULE_TEST(UniqueLock, RacesWhenTryIsNotAsked) {
  std::mutex mutex;
  int value = 0;
  Twice([&] {
    std::unique_lock lock(mutex, std::try_to_lock);
    ++value;
  });
}
SCHEDULE_TEST(UniqueLock, DeadlocksReleasedAndForgotten) {
  std::mutex mutex;
  Twice([&] {
    std::unique_lock lock(mutex);
    lock.release();
  });
}
// says: std::system_error
SCHEDULE_TEST(UniqueLock, CrashesUnlockedTwice) {
  std::mutex mutex;
  std::thread([&] {
    std::unique_lock lock(mutex);
    lock.unlock();
    lock.unlock();
  }).join();
}

SCHEDULE_TEST(SharedLock, PassesReadersTogether) {
  std::shared_timed_mutex mutex;
  std::atomic<int> readers = 0;
  int value = 0;
  Twice([&] {
    std::shared_lock<std::shared_timed_mutex> lock(mutex, std::defer_lock);
    lock.lock();
    ++readers;
    SOMETIMES(readers == 2);
    EXPECT_EQ(value, 0);
    --readers;
    lock.unlock();
    EXPECT_TRUE(lock.try_lock_for(1s));
  });
}
SCHEDULE_TEST(SharedLock, RacesWritingUnderIt) {
  std::shared_mutex mutex;
  int value = 0;
  Twice([&] {
    std::shared_lock lock(mutex);
    ++value;
  });
}
SCHEDULE_TEST(SharedLock, DeadlocksThenWriting) {
  std::shared_mutex mutex;
  Twice([&] {
    std::shared_lock reading(mutex);
    std::unique_lock writing(mutex);
  });
}
// says: unlocks a shared mutex that it does not hold
SCHEDULE_TEST(SharedLock, MisusesAdoptingWithoutTheLock) {
  std::shared_mutex mutex;
  std::shared_lock lock(mutex, std::adopt_lock);
}

SCHEDULE_TEST(LockFunctions, PassesAnyOrder) {
  std::mutex first;
  std::recursive_mutex second;
  int value = 0;
  std::thread other([&] {
    std::lock(first, second);
    std::lock_guard a(first, std::adopt_lock);
    std::lock_guard b(second, std::adopt_lock);
    ++value;
  });
  std::lock(second, first);
  ++value;
  first.unlock();
  second.unlock();
  other.join();
  EXPECT_EQ(std::try_lock(first, second), -1);
  std::thread([&] { EXPECT_EQ(std::try_lock(second, first), 0); }).join();
}
SCHEDULE_TEST(LockFunctions, FailsWhenTryLockIsTakenForALock) {
  std::mutex first;
  std::mutex second;
  Twice([&] {
    ASSERT_EQ(std::try_lock(first, second), -1);
    first.unlock();
    second.unlock();
  });
}
SCHEDULE_TEST(LockFunctions, DeadlocksNeverUnlocked) {
  std::mutex first;
  std::mutex second;
  Twice([&] { std::lock(first, second); });
}
// says: unlocks a mutex
SCHEDULE_TEST(LockFunctions, MisusesUnlockAfterFailedTry) {
  std::mutex first;
  std::mutex second;
  Twice([&] {
    (void)std::try_lock(first, second);
    first.unlock();
    second.unlock();
  });
}
