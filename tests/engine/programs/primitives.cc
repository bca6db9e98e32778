// What each primitive does, passes and fails with. The suite is the primitive; the first word of a test's name is what
// must be found: Passes nothing, Fails an assertion, Races a data race, Deadlocks, Loses a wake-up, Misuses, Crashes.
// SOMETIMES says what some schedule must show.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>
#include <time.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

#include "racecourse/schedule_test.h"

using namespace std::chrono_literals;

namespace {

// Runs the same in two threads.
template <typename Body>
void Twice(Body body) {
  std::thread other(body);
  body();
  other.join();
}

void* Nothing(void* argument) { return argument; }

}  // namespace

// Threads.

SCHEDULE_TEST(ThreadCreateJoin, PassesJoinOrders) {
  int value = 0;
  std::thread thread([&] { value = 1; });
  thread.join();
  EXPECT_EQ(value, 1);
}
SCHEDULE_TEST(ThreadCreateJoin, PassesManyGenerations) {
  int total = 0;
  for (int i = 0; i < 20; ++i) std::thread([&] { ++total; }).join();
  EXPECT_EQ(total, 20);
}
SCHEDULE_TEST(ThreadCreateJoin, RacesBeforeJoin) {
  int value = 0;
  std::thread thread([&] { value = 1; });
  value = 2;
  thread.join();
}
SCHEDULE_TEST(ThreadCreateJoin, FailsInEitherOrder) {
  std::atomic<int> order = 0;
  std::thread a([&] { order = order * 10 + 1; });
  std::thread b([&] { order = order * 10 + 2; });
  a.join();
  b.join();
  EXPECT_EQ(order, 12);
}
SCHEDULE_TEST(ThreadCreateJoin, DeadlocksInACircle) {
  pthread_t main_thread = pthread_self();
  std::thread thread([=] { pthread_join(main_thread, nullptr); });
  thread.join();
}
SCHEDULE_TEST(ThreadCreateJoin, PassesSelfJoin) { EXPECT_EQ(pthread_join(pthread_self(), nullptr), EDEADLK); }
SCHEDULE_TEST(ThreadCreateJoin, PassesTimedJoin) {
  std::atomic<bool> may_end = false;
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void* flag) -> void* {
        static_cast<std::atomic<bool>*>(flag)->wait(false);
        return nullptr;
      },
      &may_end);
  timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_sec += 1;
  EXPECT_EQ(pthread_timedjoin_np(thread, nullptr, &soon), ETIMEDOUT);
  EXPECT_EQ(pthread_tryjoin_np(thread, nullptr), EBUSY);
  may_end = true;
  may_end.notify_one();
  EXPECT_EQ(pthread_join(thread, nullptr), 0);
}
SCHEDULE_TEST(ThreadCreateJoin, MisusesAssignmentToJoinable) {
  std::thread thread([] {});
  thread = std::thread([] {});
}

SCHEDULE_TEST(ThreadDetach, PassesRunningOn) {
  static std::atomic<int> steps;
  std::thread([] { ++steps; }).detach();
  SOMETIMES(steps == 0);
  SOMETIMES(steps == 1);
}
SCHEDULE_TEST(ThreadDetach, FailsToBeDone) {
  static std::atomic<int> steps;
  std::thread([] { ++steps; }).detach();
  EXPECT_EQ(steps, 1);
}
SCHEDULE_TEST(ThreadDetach, MisusesTwice) {
  std::atomic<bool> may_end = false;
  std::thread thread([&] { may_end.wait(false); });
  pthread_t handle = thread.native_handle();
  thread.detach();
  pthread_detach(handle);
}

SCHEDULE_TEST(PthreadExit, PassesResultAndDestructors) {
  static std::atomic<int> destroyed;
  struct Guard {
    ~Guard() { ++destroyed; }
  };
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void*) -> void* {
        Guard guard;
        pthread_exit(reinterpret_cast<void*>(7));
      },
      nullptr);
  void* result = nullptr;
  pthread_join(thread, &result);
  EXPECT_EQ(result, reinterpret_cast<void*>(7));
  EXPECT_EQ(destroyed, 1);
}
SCHEDULE_TEST(PthreadExit, DeadlocksWithItsLock) {
  static std::mutex mutex;
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void*) -> void* {
        mutex.lock();
        pthread_exit(nullptr);
      },
      nullptr);
  pthread_join(thread, nullptr);
  mutex.lock();
}

// Mutexes.

SCHEDULE_TEST(MutexNormal, PassesExclusion) {
  std::mutex mutex;
  int inside = 0;
  Twice([&] {
    std::lock_guard<std::mutex> lock(mutex);
    EXPECT_EQ(++inside, 1);
    --inside;
  });
}
SCHEDULE_TEST(MutexNormal, PassesTryLock) {
  std::mutex mutex;
  std::atomic<int> taken = 0;
  Twice([&] {
    if (!mutex.try_lock()) return;
    ++taken;
    mutex.unlock();
  });
  SOMETIMES(taken == 1);
  SOMETIMES(taken == 2);
}
SCHEDULE_TEST(MutexNormal, FailsBetweenTwoSections) {
  std::mutex mutex;
  int value = 0;
  Twice([&] {
    mutex.lock();
    const int seen = value;
    mutex.unlock();
    mutex.lock();
    value = seen + 1;
    mutex.unlock();
  });
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(MutexNormal, RacesWithTwoMutexes) {
  std::mutex mutexes[2];
  std::atomic<int> next = 0;
  int value = 0;
  Twice([&] {
    std::lock_guard<std::mutex> lock(mutexes[next++]);
    ++value;
  });
}
SCHEDULE_TEST(MutexNormal, DeadlocksOnItself) {
  std::mutex mutex;
  mutex.lock();
  mutex.lock();
}
SCHEDULE_TEST(MutexNormal, MisusesUnlock) {
  std::mutex mutex;
  mutex.unlock();
}
SCHEDULE_TEST(MutexNormal, MisusesUnlockByTheNextThread) {
  std::mutex mutex;
  std::thread([&] { mutex.lock(); }).join();
  std::thread([&] { mutex.unlock(); }).join();
}
SCHEDULE_TEST(MutexNormal, MisusesDestroyOfLocked) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_lock(&mutex);
  pthread_mutex_destroy(&mutex);
}

SCHEDULE_TEST(MutexRecursive, PassesDepth) {
  std::recursive_mutex mutex;
  int value = 0;
  Twice([&] {
    std::lock_guard<std::recursive_mutex> outer(mutex);
    ++value;
    std::lock_guard<std::recursive_mutex> inner(mutex);
    ASSERT_TRUE(mutex.try_lock());
    ++value;
    mutex.unlock();
  });
  EXPECT_EQ(value, 4);
}
SCHEDULE_TEST(MutexRecursive, DeadlocksUnlockedOnce) {
  std::recursive_mutex mutex;
  std::thread thread([&] {
    mutex.lock();
    mutex.lock();
    mutex.unlock();
  });
  thread.join();
  mutex.lock();
}

SCHEDULE_TEST(MutexRecursive, DeadlocksAfterItsOwnersEnd) {
  std::recursive_mutex mutex;
  std::thread([&] { mutex.lock(); }).join();
  std::thread([&] { mutex.lock(); }).join();
}

SCHEDULE_TEST(MutexErrorcheck, PassesErrors) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  EXPECT_EQ(pthread_mutex_unlock(&mutex), EPERM);
  EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
  EXPECT_EQ(pthread_mutex_lock(&mutex), EDEADLK);
  EXPECT_EQ(pthread_mutex_trylock(&mutex), EBUSY);
  std::thread([&] { EXPECT_EQ(pthread_mutex_unlock(&mutex), EPERM); }).join();
  EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
  EXPECT_EQ(pthread_mutex_destroy(&mutex), 0);
}
SCHEDULE_TEST(MutexErrorcheck, DeadlocksBetweenTwo) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t mutexes[2];
  for (pthread_mutex_t& mutex : mutexes) pthread_mutex_init(&mutex, &attributes);
  std::atomic<int> next = 0;
  Twice([&] {
    const int first = next++;
    pthread_mutex_lock(&mutexes[first]);
    pthread_mutex_lock(&mutexes[1 - first]);
    pthread_mutex_unlock(&mutexes[1 - first]);
    pthread_mutex_unlock(&mutexes[first]);
  });
}

SCHEDULE_TEST(MutexTimed, PassesBothOutcomes) {
  std::timed_mutex mutex;
  std::atomic<int> taken = 0;
  Twice([&] {
    if (!mutex.try_lock_for(1s)) return;
    ++taken;
    std::this_thread::sleep_for(2s);
    mutex.unlock();
  });
  SOMETIMES(taken == 1);
  SOMETIMES(taken == 2);
}
SCHEDULE_TEST(MutexTimed, PassesTimeouts) {
  std::timed_mutex mutex;
  std::unique_lock<std::timed_mutex> lock(mutex);
  std::thread([&] {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(mutex.try_lock_for(3s));
    EXPECT_FALSE(mutex.try_lock_until(std::chrono::system_clock::now() + 1s));
    EXPECT_FALSE(mutex.try_lock_for(-1s));
    EXPECT_GE(std::chrono::steady_clock::now() - start, 4s);
  }).join();
}
SCHEDULE_TEST(MutexTimed, FailsToGetIt) {
  std::timed_mutex mutex;
  Twice([&] {
    EXPECT_TRUE(mutex.try_lock_for(1s));
    std::this_thread::sleep_for(2s);
    mutex.unlock();
  });
}

// Condition variables.

SCHEDULE_TEST(ConditionVariable, PassesPredicate) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  std::thread setter([&] {
    std::lock_guard<std::mutex> lock(mutex);
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return is_set; });
    EXPECT_TRUE(lock.owns_lock());
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariable, FailsBySpuriousWakeUp) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  std::thread setter([&] {
    std::lock_guard<std::mutex> lock(mutex);
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    if (!is_set) changed.wait(lock);
    EXPECT_TRUE(is_set);
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariable, PassesAnyWaiter) {
  std::mutex mutex;
  std::condition_variable changed;
  int tokens = 0;
  int first = 0;
  const auto take = [&](int me) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return tokens > 0; });
    --tokens;
    if (first == 0) first = me;
  };
  std::thread one(take, 1);
  std::thread two(take, 2);
  for (int i = 0; i < 2; ++i) {
    std::lock_guard<std::mutex> lock(mutex);
    ++tokens;
    changed.notify_one();
  }
  one.join();
  two.join();
  SOMETIMES(first == 1);
  SOMETIMES(first == 2);
}
SCHEDULE_TEST(ConditionVariable, PassesTimedWait) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  std::thread setter([&] {
    std::lock_guard<std::mutex> lock(mutex);
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    const bool came = changed.wait_for(lock, 10ms, [&] { return is_set; });
    EXPECT_EQ(came, is_set);
    SOMETIMES(came);
    SOMETIMES(!came);
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariable, PassesTimeoutAlone) {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock<std::mutex> lock(mutex);
  const auto deadline = std::chrono::steady_clock::now() + 1h;
  while (changed.wait_until(lock, deadline) == std::cv_status::no_timeout) {
  }
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
}
SCHEDULE_TEST(ConditionVariable, FailsByTimeout) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  std::thread setter([&] {
    std::lock_guard<std::mutex> lock(mutex);
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 1h, [&] { return is_set; }));
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariable, LosesNotification) {
  std::mutex mutex;
  std::condition_variable changed;
  std::thread notifier([&] { changed.notify_all(); });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock);
  }
  notifier.join();
}
SCHEDULE_TEST(ConditionVariable, DeadlocksWithoutNotification) {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [] { return false; });
}
// The notification of the first item was lost, and nobody missed it: the second one never came.
// says: no thread is left that could wake it
SCHEDULE_TEST(ConditionVariable, DeadlocksAfterAHarmlessNotification) {
  std::mutex mutex;
  std::condition_variable changed;
  int items = 0;
  std::thread consumer([&] {
    for (int i = 0; i < 2; ++i) {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return items > 0; });
      --items;
    }
  });
  {
    std::lock_guard<std::mutex> lock(mutex);
    ++items;
  }
  changed.notify_one();
  consumer.join();
}
// The notification went to one of the two, who took the only item.
// says: no thread is left that could wake it
SCHEDULE_TEST(ConditionVariable, DeadlocksWithOneItemForTwo) {
  std::mutex mutex;
  std::condition_variable changed;
  int items = 0;
  const auto consume = [&] {
    std::unique_lock<std::mutex> lock(mutex);
    while (items == 0) changed.wait(lock);
    --items;
  };
  std::thread a(consume);
  std::thread b(consume);
  {
    std::lock_guard<std::mutex> lock(mutex);
    ++items;
  }
  changed.notify_one();
  a.join();
  b.join();
}
// says: no thread is left that could wake it
SCHEDULE_TEST(ConditionVariable, DeadlocksThoughNotified) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  std::thread other([&] { changed.notify_all(); });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return is_set; });
  }
  other.join();
}
// What the waiter itself notified does not hide what it missed.
// says: nobody was waiting yet
SCHEDULE_TEST(ConditionVariable, LosesOneBeforeItsOwn) {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> is_set = false;
  std::thread other([&] {
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    while (!is_set) {
      changed.notify_one();
      changed.wait(lock);
    }
  }
  other.join();
}
SCHEDULE_TEST(ConditionVariable, MisusesMutexNotHeld) {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock<std::mutex> lock(mutex);
  mutex.unlock();
  changed.wait(lock);
}
SCHEDULE_TEST(ConditionVariable, MisusesDestroyedWhileWaiting) {
  std::mutex mutex;
  auto changed = std::make_unique<std::condition_variable>();
  std::atomic<bool> is_waiting = false;
  std::thread waiter([&] {
    std::unique_lock<std::mutex> lock(mutex);
    is_waiting = true;
    changed->wait(lock);
  });
  while (!is_waiting) std::this_thread::yield();
  mutex.lock();
  changed.reset();
  mutex.unlock();
  waiter.join();
}

SCHEDULE_TEST(ConditionVariableAny, PassesSharedMutex) {
  std::shared_mutex mutex;
  std::condition_variable_any changed;
  bool is_set = false;
  std::thread setter([&] {
    {
      std::lock_guard<std::shared_mutex> lock(mutex);
      is_set = true;
    }
    changed.notify_all();
  });
  {
    std::shared_lock<std::shared_mutex> lock(mutex);
    changed.wait(lock, [&] { return is_set; });
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariableAny, PassesStopToken) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::jthread worker([&](std::stop_token stop) {
    std::unique_lock<std::mutex> lock(mutex);
    EXPECT_FALSE(changed.wait(lock, stop, [] { return false; }));
  });
  worker.request_stop();
}
SCHEDULE_TEST(ConditionVariableAny, FailsBySpuriousWakeUp) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool is_set = false;
  std::thread setter([&] {
    std::lock_guard<std::mutex> lock(mutex);
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    if (!is_set) changed.wait(lock);
    EXPECT_TRUE(is_set);
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariableAny, LosesNotification) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::thread notifier([&] { changed.notify_one(); });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock);
  }
  notifier.join();
}

// What C++20 builds on atomics.

SCHEDULE_TEST(AtomicWait, PassesNotifyAll) {
  std::atomic<int> value = 0;
  int data = 0;
  std::vector<std::thread> waiters;
  for (int i = 0; i < 2; ++i) {
    waiters.emplace_back([&] {
      value.wait(0);
      EXPECT_EQ(data, 5);
    });
  }
  data = 5;
  value = 1;
  value.notify_all();
  for (std::thread& waiter : waiters) waiter.join();
}
SCHEDULE_TEST(AtomicWait, PassesFlagAndWideTypes) {
  std::atomic_flag flag;
  std::atomic<long> wide = 0;
  std::atomic<char> narrow = 0;
  std::thread setter([&] {
    flag.test_and_set();
    flag.notify_all();
    wide = 1;
    wide.notify_all();
    narrow = 1;
    narrow.notify_all();
  });
  flag.wait(false);
  wide.wait(0);
  narrow.wait(0);
  setter.join();
}
SCHEDULE_TEST(AtomicWait, LosesOneOfTwo) {
  std::atomic<int> value = 0;
  std::thread a([&] { value.wait(0); });
  std::thread b([&] { value.wait(0); });
  value = 1;
  value.notify_one();
  a.join();
  b.join();
}
// says: no thread is left that could wake it
SCHEDULE_TEST(AtomicWait, DeadlocksThoughNotified) {
  std::atomic<int> value = 0;
  std::thread other([&] { value.notify_one(); });
  std::thread waiter([&] { value.wait(0); });
  value.wait(0);
  waiter.join();
  other.join();
}
SCHEDULE_TEST(AtomicWait, DeadlocksWithoutNotification) {
  std::atomic<int> value = 0;
  std::thread setter([&] { value = 1; });
  value.wait(0);
  setter.join();
}

SCHEDULE_TEST(Latch, PassesOrder) {
  std::latch ready(2);
  int data[2] = {};
  std::atomic<int> next = 0;
  Twice([&] {
    const int me = next++;
    data[me] = 1;
    ready.arrive_and_wait();
    EXPECT_EQ(data[0] + data[1], 2);
    EXPECT_TRUE(ready.try_wait());
  });
}
SCHEDULE_TEST(Latch, RacesWithoutWait) {
  std::latch ready(2);
  int data = 0;
  Twice([&] {
    ready.count_down();
    ++data;
  });
}
SCHEDULE_TEST(Latch, DeadlocksOneMissing) {
  std::latch ready(3);
  Twice([&] { ready.arrive_and_wait(); });
}

SCHEDULE_TEST(Barrier, PassesPhases) {
  std::atomic<int> completions = 0;
  std::barrier meeting(2, [&]() noexcept { ++completions; });
  int data[2] = {};
  std::atomic<int> next = 0;
  Twice([&] {
    const int me = next++;
    for (int phase = 1; phase <= 2; ++phase) {
      data[me] = phase;
      meeting.arrive_and_wait();
      EXPECT_EQ(data[1 - me], phase);
      EXPECT_EQ(completions, 2 * phase - 1);
      meeting.arrive_and_wait();
    }
  });
}
SCHEDULE_TEST(Barrier, PassesDrop) {
  std::barrier<> meeting(2);
  std::thread leaver([&] { meeting.arrive_and_drop(); });
  meeting.arrive_and_wait();
  meeting.arrive_and_wait();
  leaver.join();
}
SCHEDULE_TEST(Barrier, RacesWithinAPhase) {
  std::barrier<> meeting(2);
  int data = 0;
  Twice([&] {
    meeting.arrive_and_wait();
    ++data;
    meeting.arrive_and_wait();
  });
}
SCHEDULE_TEST(Barrier, DeadlocksOneTooFew) {
  std::barrier<> meeting(2);
  std::thread other([&] {
    meeting.arrive_and_wait();
    meeting.arrive_and_wait();
  });
  meeting.arrive_and_wait();
  other.join();
}

SCHEDULE_TEST(CountingSemaphore, PassesLimit) {
  std::counting_semaphore<2> places(2);
  std::atomic<int> inside = 0;
  std::vector<std::thread> guests;
  for (int i = 0; i < 3; ++i) {
    guests.emplace_back([&] {
      places.acquire();
      EXPECT_LE(++inside, 2);
      SOMETIMES(inside == 2);
      --inside;
      places.release();
    });
  }
  for (std::thread& guest : guests) guest.join();
}
SCHEDULE_TEST(CountingSemaphore, PassesTryAcquire) {
  std::binary_semaphore place(1);
  std::atomic<int> taken = 0;
  Twice([&] {
    if (!place.try_acquire()) return;
    ++taken;
    place.release();
  });
  SOMETIMES(taken == 1);
  SOMETIMES(taken == 2);
  EXPECT_TRUE(place.try_acquire_for(1s));
  EXPECT_FALSE(place.try_acquire_for(1s));
}
SCHEDULE_TEST(CountingSemaphore, PassesOrder) {
  std::binary_semaphore is_ready(0);
  int data = 0;
  std::thread producer([&] {
    data = 1;
    is_ready.release();
  });
  is_ready.acquire();
  EXPECT_EQ(data, 1);
  producer.join();
}
SCHEDULE_TEST(CountingSemaphore, RacesWithTwoPlaces) {
  std::counting_semaphore<2> places(2);
  int data = 0;
  Twice([&] {
    places.acquire();
    ++data;
    places.release();
  });
}
SCHEDULE_TEST(CountingSemaphore, DeadlocksEmpty) {
  std::counting_semaphore<2> places(1);
  Twice([&] { places.acquire(); });
}

// POSIX.

SCHEDULE_TEST(PosixSemaphore, PassesAllWaits) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  int value = 0;
  Twice([&] {
    sem_wait(&semaphore);
    ++value;
    sem_post(&semaphore);
  });
  EXPECT_EQ(value, 2);
  EXPECT_EQ(sem_trywait(&semaphore), 0);
  EXPECT_EQ(sem_trywait(&semaphore), -1);
  EXPECT_EQ(errno, EAGAIN);
  timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_sec += 2;
  EXPECT_EQ(sem_timedwait(&semaphore, &soon), -1);
  EXPECT_EQ(errno, ETIMEDOUT);
  int count = 5;
  EXPECT_EQ(sem_getvalue(&semaphore, &count), 0);
  EXPECT_EQ(count, 0);
  sem_destroy(&semaphore);
}
SCHEDULE_TEST(PosixSemaphore, FailsInEitherOrder) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  std::atomic<int> first = 0;
  std::thread other([&] {
    sem_wait(&semaphore);
    int expected = 0;
    first.compare_exchange_strong(expected, 2);
    sem_post(&semaphore);
  });
  sem_wait(&semaphore);
  int expected = 0;
  first.compare_exchange_strong(expected, 1);
  sem_post(&semaphore);
  other.join();
  EXPECT_EQ(first, 1);
}
SCHEDULE_TEST(PosixSemaphore, DeadlocksEmpty) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  sem_wait(&semaphore);
}

SCHEDULE_TEST(PosixRwlock, PassesReadersTogether) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  std::atomic<int> readers = 0;
  int value = 0;
  std::thread writer([&] {
    pthread_rwlock_wrlock(&lock);
    ++value;
    pthread_rwlock_unlock(&lock);
  });
  Twice([&] {
    pthread_rwlock_rdlock(&lock);
    ++readers;
    SOMETIMES(readers == 2);
    EXPECT_LE(value, 1);
    --readers;
    pthread_rwlock_unlock(&lock);
  });
  writer.join();
  EXPECT_EQ(pthread_rwlock_destroy(&lock), 0);
}
SCHEDULE_TEST(PosixRwlock, PassesTryAndTimed) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  EXPECT_EQ(pthread_rwlock_rdlock(&lock), 0);
  EXPECT_EQ(pthread_rwlock_tryrdlock(&lock), 0);
  EXPECT_EQ(pthread_rwlock_trywrlock(&lock), EBUSY);
  timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_sec += 2;
  std::thread([&] { EXPECT_EQ(pthread_rwlock_timedwrlock(&lock, &soon), ETIMEDOUT); }).join();
  EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
  EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
  EXPECT_EQ(pthread_rwlock_trywrlock(&lock), 0);
  EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
}
SCHEDULE_TEST(PosixRwlock, RacesWritingAsReader) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  int value = 0;
  Twice([&] {
    pthread_rwlock_rdlock(&lock);
    ++value;
    pthread_rwlock_unlock(&lock);
  });
}
SCHEDULE_TEST(PosixRwlock, DeadlocksUpgrade) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  Twice([&] {
    pthread_rwlock_rdlock(&lock);
    pthread_rwlock_wrlock(&lock);
  });
}
SCHEDULE_TEST(PosixRwlock, MisusesUnlock) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_unlock(&lock);
}

SCHEDULE_TEST(Spinlock, PassesExclusion) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  int value = 0;
  Twice([&] {
    pthread_spin_lock(&lock);
    ++value;
    pthread_spin_unlock(&lock);
  });
  EXPECT_EQ(value, 2);
  EXPECT_EQ(pthread_spin_trylock(&lock), 0);
  EXPECT_EQ(pthread_spin_trylock(&lock), EBUSY);
  pthread_spin_unlock(&lock);
  pthread_spin_destroy(&lock);
}
SCHEDULE_TEST(Spinlock, DeadlocksOnItself) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_lock(&lock);
  pthread_spin_lock(&lock);
}
SCHEDULE_TEST(Spinlock, MisusesUnlock) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_unlock(&lock);
}

SCHEDULE_TEST(PthreadBarrier, PassesOneSerialThread) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  std::atomic<int> serial = 0;
  int data[2] = {};
  std::atomic<int> next = 0;
  Twice([&] {
    const int me = next++;
    for (int round = 1; round <= 2; ++round) {
      data[me] = round;
      if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) ++serial;
      EXPECT_EQ(data[1 - me], round);
      pthread_barrier_wait(&barrier);
    }
  });
  EXPECT_EQ(serial, 2);
  EXPECT_EQ(pthread_barrier_destroy(&barrier), 0);
}
SCHEDULE_TEST(PthreadBarrier, RacesWithinARound) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  int data = 0;
  Twice([&] {
    pthread_barrier_wait(&barrier);
    ++data;
  });
}
SCHEDULE_TEST(PthreadBarrier, DeadlocksOneMissing) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  pthread_barrier_wait(&barrier);
}
SCHEDULE_TEST(PthreadBarrier, MisusesDestroyed) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 1);
  pthread_barrier_destroy(&barrier);
  pthread_barrier_wait(&barrier);
}

// Shared mutexes.

SCHEDULE_TEST(SharedMutex, PassesReadersTogether) {
  std::shared_mutex mutex;
  std::atomic<int> readers = 0;
  int value = 0;
  std::thread writer([&] {
    std::unique_lock<std::shared_mutex> lock(mutex);
    EXPECT_EQ(readers, 0);
    value = 1;
  });
  Twice([&] {
    std::shared_lock<std::shared_mutex> lock(mutex);
    ++readers;
    SOMETIMES(readers == 2);
    EXPECT_LE(value, 1);
    --readers;
  });
  writer.join();
}
SCHEDULE_TEST(SharedMutex, PassesTryLock) {
  std::shared_mutex mutex;
  std::atomic<int> taken = 0;
  Twice([&] {
    if (!mutex.try_lock()) return;
    ++taken;
    mutex.unlock();
  });
  SOMETIMES(taken == 1);
  std::shared_lock<std::shared_mutex> lock(mutex);
  std::thread([&] {
    EXPECT_FALSE(mutex.try_lock());
    ASSERT_TRUE(mutex.try_lock_shared());
    mutex.unlock_shared();
  }).join();
}
SCHEDULE_TEST(SharedMutex, RacesWritingAsReader) {
  std::shared_mutex mutex;
  int value = 0;
  Twice([&] {
    std::shared_lock<std::shared_mutex> lock(mutex);
    ++value;
  });
}
SCHEDULE_TEST(SharedMutex, FailsBetweenTwoSections) {
  std::shared_mutex mutex;
  int value = 0;
  Twice([&] {
    int seen;
    {
      std::shared_lock<std::shared_mutex> lock(mutex);
      seen = value;
    }
    std::unique_lock<std::shared_mutex> lock(mutex);
    value = seen + 1;
  });
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(SharedMutex, DeadlocksUpgrade) {
  std::shared_mutex mutex;
  mutex.lock_shared();
  mutex.lock();
}
SCHEDULE_TEST(SharedMutex, MisusesUnlock) {
  std::shared_mutex mutex;
  mutex.unlock_shared();
}

SCHEDULE_TEST(SharedTimedMutex, PassesBothOutcomes) {
  std::shared_timed_mutex mutex;
  std::atomic<int> taken = 0;
  Twice([&] {
    if (!mutex.try_lock_for(1s)) return;
    ++taken;
    std::this_thread::sleep_for(2s);
    mutex.unlock();
  });
  SOMETIMES(taken == 1);
  SOMETIMES(taken == 2);
  EXPECT_TRUE(mutex.try_lock_shared_for(1s));
  EXPECT_FALSE(mutex.try_lock_for(1s));
  mutex.unlock_shared();
}
SCHEDULE_TEST(SharedTimedMutex, FailsToGetIt) {
  std::shared_timed_mutex mutex;
  Twice([&] {
    EXPECT_TRUE(mutex.try_lock_for(1s));
    std::this_thread::sleep_for(2s);
    mutex.unlock();
  });
}

// Initialisation.

SCHEDULE_TEST(CallOnce, PassesOnce) {
  std::once_flag flag;
  std::atomic<int> calls = 0;
  int data = 0;
  Twice([&] {
    std::call_once(flag, [&] {
      ++calls;
      data = 3;
    });
    EXPECT_EQ(data, 3);
  });
  EXPECT_EQ(calls, 1);
}
SCHEDULE_TEST(CallOnce, PassesAfterException) {
  std::once_flag flag;
  std::atomic<int> calls = 0;
  std::atomic<int> caught = 0;
  Twice([&] {
    try {
      std::call_once(flag, [&] {
        if (++calls == 1) throw 1;
      });
    } catch (int) {
      ++caught;
    }
  });
  EXPECT_EQ(caught, 1);
  EXPECT_EQ(calls, 2);
}
SCHEDULE_TEST(CallOnce, RacesBesideIt) {
  std::once_flag flag;
  int data = 0;
  Twice([&] {
    std::call_once(flag, [&] { data = 1; });
    ++data;
  });
}
SCHEDULE_TEST(CallOnce, DeadlocksRecursion) {
  static std::once_flag flag;
  std::call_once(flag, [] { std::call_once(flag, [] {}); });
}

SCHEDULE_TEST(LocalStatic, PassesOnce) {
  static std::atomic<int> made;
  struct Thing {
    Thing() { ++made; }
    int value = 4;
  };
  Twice([] {
    static Thing thing;
    EXPECT_EQ(thing.value, 4);
  });
  EXPECT_EQ(made, 1);
}
SCHEDULE_TEST(LocalStatic, PassesAfterException) {
  static std::atomic<int> attempts;
  struct Thing {
    Thing() {
      if (++attempts == 1) throw 1;
    }
  };
  Twice([] {
    try {
      static Thing thing;
    } catch (int) {
    }
  });
  EXPECT_EQ(attempts, 2);
}
SCHEDULE_TEST(LocalStatic, RacesOnWhatItHolds) {
  Twice([] {
    static int value = std::time(nullptr) > 0 ? 1 : 2;
    ++value;
  });
}

// Futures.

SCHEDULE_TEST(Async, PassesResults) {
  std::future<int> eager = std::async(std::launch::async, [] { return 1; });
  std::future<int> lazy = std::async(std::launch::deferred, [] { return 2; });
  EXPECT_EQ(lazy.wait_for(0s), std::future_status::deferred);
  EXPECT_EQ(eager.get() + lazy.get(), 3);
}
SCHEDULE_TEST(Async, PassesException) {
  std::future<int> future = std::async(std::launch::async, []() -> int { throw std::runtime_error("no"); });
  EXPECT_THROW(future.get(), std::runtime_error);
}
SCHEDULE_TEST(Async, RacesBeforeGet) {
  int data = 0;
  std::future<void> future = std::async(std::launch::async, [&] { data = 1; });
  data = 2;
  future.get();
}
SCHEDULE_TEST(Async, DeadlocksOnItsCaller) {
  std::promise<void> promise;
  std::future<void> task = std::async(std::launch::async, [&] { promise.get_future().get(); });
  task.get();
  promise.set_value();
}

SCHEDULE_TEST(Promise, PassesOrder) {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  int data = 0;
  std::thread setter([&] {
    data = 1;
    promise.set_value(2);
  });
  const bool is_early = future.wait_for(1s) == std::future_status::timeout;
  SOMETIMES(is_early);
  SOMETIMES(!is_early);
  EXPECT_EQ(future.get() + data, 3);
  setter.join();
}
SCHEDULE_TEST(Promise, PassesBroken) {
  std::future<int> future;
  {
    std::promise<int> promise;
    future = promise.get_future();
  }
  EXPECT_THROW(future.get(), std::future_error);
}
SCHEDULE_TEST(Promise, PassesSharedFuture) {
  std::promise<int> promise;
  std::shared_future<int> future = promise.get_future().share();
  std::thread setter([&] { promise.set_value(3); });
  Twice([&] { EXPECT_EQ(future.get(), 3); });
  setter.join();
}
SCHEDULE_TEST(Promise, CrashesSetTwice) {
  std::promise<int> promise;
  Twice([&] { promise.set_value(1); });
}
SCHEDULE_TEST(Promise, DeadlocksNeverSet) {
  std::promise<int> promise;
  promise.get_future().get();
}

SCHEDULE_TEST(PackagedTask, PassesInAnotherThread) {
  std::packaged_task<int(int)> task([](int x) { return x * x; });
  std::future<int> future = task.get_future();
  std::thread runner(std::move(task), 5);
  EXPECT_EQ(future.get(), 25);
  runner.join();
}
SCHEDULE_TEST(PackagedTask, DeadlocksNeverRun) {
  std::packaged_task<int()> task([] { return 1; });
  task.get_future().get();
}

SCHEDULE_TEST(Jthread, PassesStop) {
  std::atomic<int> rounds = 0;
  std::atomic<int> callbacks = 0;
  {
    std::jthread worker([&](std::stop_token stop) {
      std::stop_callback on_stop(stop, [&] { ++callbacks; });
      while (!stop.stop_requested()) ++rounds;
    });
    if (rounds > 0) worker.request_stop();
  }
  SOMETIMES(callbacks == 1);
}
SCHEDULE_TEST(Jthread, RacesAfterStop) {
  int data = 0;
  std::jthread worker([&](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    data = 1;
  });
  worker.request_stop();
  data = 2;
}
SCHEDULE_TEST(Jthread, DeadlocksInItsDestructor) {
  std::binary_semaphore never(0);
  std::jthread worker([&] { never.acquire(); });
}

// Time.

SCHEDULE_TEST(Yield, PassesWithoutPromise) {
  std::atomic<int> steps = 0;
  std::thread other([&] { ++steps; });
  std::this_thread::yield();
  SOMETIMES(steps == 0);
  SOMETIMES(steps == 1);
  other.join();
}
SCHEDULE_TEST(Yield, FailsAsSynchronisation) {
  std::atomic<int> steps = 0;
  std::thread other([&] {
    for (int i = 0; i < 5; ++i) ++steps;
  });
  std::this_thread::yield();
  EXPECT_EQ(steps, 5);
  other.join();
}

SCHEDULE_TEST(Sleep, PassesAtLeastAsLong) {
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(5s);
  std::this_thread::sleep_until(start + 7s);
  timespec time = {1, 0};
  nanosleep(&time, nullptr);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 8s);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1h);
}
SCHEDULE_TEST(Sleep, FailsAsSynchronisation) {
  std::atomic<bool> is_done = false;
  std::thread other([&] { is_done = true; });
  std::this_thread::sleep_for(1h);
  EXPECT_TRUE(is_done);
  other.join();
}

SCHEDULE_TEST(Clocks, PassesForwards) {
  const auto steady = std::chrono::steady_clock::now();
  const auto system = std::chrono::system_clock::now();
  const time_t seconds = time(nullptr);
  EXPECT_GE(std::chrono::steady_clock::now(), steady);
  EXPECT_GE(std::chrono::system_clock::now(), system);
  EXPECT_GE(time(nullptr), seconds);
  while (std::chrono::steady_clock::now() < steady + 10ms) {
  }
}
SCHEDULE_TEST(Clocks, FailsToStandStill) {
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(1s);
  EXPECT_EQ(std::chrono::steady_clock::now(), start);
}

// What belongs to a thread.

SCHEDULE_TEST(Keys, PassesDestructors) {
  static std::atomic<int> destroyed;
  pthread_key_t key;
  ASSERT_EQ(pthread_key_create(&key, [](void* value) { destroyed += *static_cast<int*>(value); }), 0);
  static int values[2] = {1, 10};
  std::atomic<int> next = 0;
  std::thread threads[2];
  for (std::thread& thread : threads) {
    thread = std::thread([&] {
      EXPECT_EQ(pthread_getspecific(key), nullptr);
      pthread_setspecific(key, &values[next++]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(destroyed, 11);
  EXPECT_EQ(pthread_getspecific(key), nullptr);
  EXPECT_EQ(pthread_key_delete(key), 0);
  EXPECT_EQ(pthread_setspecific(key, &key), EINVAL);
}
SCHEDULE_TEST(Keys, FailsSeenByAnother) {
  pthread_key_t key;
  pthread_key_create(&key, nullptr);
  pthread_setspecific(key, &key);
  std::thread([&] { EXPECT_NE(pthread_getspecific(key), nullptr); }).join();
}

SCHEDULE_TEST(ThreadLocals, PassesDestructorsInReverse) {
  static std::atomic<int> order;
  struct First {
    ~First() { order = order * 10 + 1; }
  };
  struct Second {
    ~Second() { order = order * 10 + 2; }
  };
  for (int i = 0; i < 2; ++i) {
    order = 0;
    std::thread([] {
      thread_local First first;
      thread_local Second second;
      thread_local int count = 5;
      EXPECT_EQ(++count, 6);
    }).join();
    EXPECT_EQ(order, 21);
  }
}
SCHEDULE_TEST(ThreadLocals, RacesByPointer) {
  thread_local int mine = 0;
  int* shared = &mine;
  std::thread other([=] { ++*shared; });
  ++mine;
  other.join();
}
SCHEDULE_TEST(Clocks, PassesLoopsUntilAMoment) {
  std::atomic<int> rounds = 0;
  std::thread other([&] {
    const auto end = std::chrono::steady_clock::now() + 50ms;
    while (std::chrono::steady_clock::now() < end) ++rounds;
  });
  const auto end = std::chrono::system_clock::now() + 10s;
  while (std::chrono::system_clock::now() < end) {
  }
  other.join();
}

// Threads of C11.

SCHEDULE_TEST(CThreads, PassesAll) {
  static mtx_t mutex;
  static cnd_t changed;
  static tss_t key;
  static std::atomic<int> destroyed;
  static int value;
  ASSERT_EQ(mtx_init(&mutex, mtx_plain | mtx_recursive), thrd_success);
  ASSERT_EQ(cnd_init(&changed), thrd_success);
  ASSERT_EQ(tss_create(&key, [](void*) { ++destroyed; }), thrd_success);
  thrd_t thread;
  ASSERT_EQ(thrd_create(
                &thread,
                [](void* argument) {
                  tss_set(key, argument);
                  mtx_lock(&mutex);
                  EXPECT_EQ(mtx_trylock(&mutex), thrd_success);
                  ++value;
                  mtx_unlock(&mutex);
                  mtx_unlock(&mutex);
                  cnd_signal(&changed);
                  return 5;
                },
                &value),
            thrd_success);
  mtx_lock(&mutex);
  while (value == 0) cnd_wait(&changed, &mutex);
  mtx_unlock(&mutex);
  int result = 0;
  EXPECT_EQ(thrd_join(thread, &result), thrd_success);
  EXPECT_EQ(result, 5);
  EXPECT_EQ(destroyed, 1);
  const timespec duration = {1, 0};
  EXPECT_EQ(thrd_sleep(&duration, nullptr), 0);
  mtx_destroy(&mutex);
  cnd_destroy(&changed);
}
SCHEDULE_TEST(CThreads, RacesWithoutMutex) {
  static int value;
  thrd_t thread;
  thrd_create(&thread, [](void*) { return ++value; }, nullptr);
  ++value;
  thrd_join(thread, nullptr);
}
SCHEDULE_TEST(CThreads, DeadlocksOnItself) {
  mtx_t mutex;
  mtx_init(&mutex, mtx_plain);
  mtx_lock(&mutex);
  mtx_lock(&mutex);
}
