// Condition variables, semaphores, barriers, latches and futexes: what one thread waits for until another comes. How
// names are read: rows.txt.
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <thread>

#include "racecourse/schedule_test.h"
#include "tests/engine/programs/primitives/twice.h"

using namespace std::chrono_literals;

namespace {

// A flag that POSIX's own mutex and condition variable guard.
struct PosixFlag {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  bool is_set = false;

  void Set() {
    pthread_mutex_lock(&mutex);
    is_set = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }
};

long Futex(std::atomic<int>* word, int operation, int value, const timespec* timeout = nullptr) {
  return syscall(SYS_futex, reinterpret_cast<int*>(word), operation, value, timeout, nullptr, 0);
}

}  // namespace

SCHEDULE_TEST(PthreadCond, PassesSignalAndBroadcast) {
  PosixFlag flag;
  int woken = 0;
  const auto wait = [&] {
    pthread_mutex_lock(&flag.mutex);
    while (!flag.is_set) ASSERT_EQ(pthread_cond_wait(&flag.changed, &flag.mutex), 0);
    ++woken;
    pthread_mutex_unlock(&flag.mutex);
  };
  std::thread a(wait);
  std::thread b(wait);
  pthread_mutex_lock(&flag.mutex);
  flag.is_set = true;
  pthread_cond_broadcast(&flag.changed);
  pthread_mutex_unlock(&flag.mutex);
  a.join();
  b.join();
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(pthread_cond_destroy(&flag.changed), 0);
}
SCHEDULE_TEST(PthreadCond, FailsBySpuriousWakeUp) {
  PosixFlag flag;
  std::thread setter([&] { flag.Set(); });
  pthread_mutex_lock(&flag.mutex);
  if (!flag.is_set) pthread_cond_wait(&flag.changed, &flag.mutex);
  EXPECT_TRUE(flag.is_set);
  pthread_mutex_unlock(&flag.mutex);
  setter.join();
}
SCHEDULE_TEST(PthreadCond, LosesTheSignalBeforeTheWait) {
  PosixFlag flag;
  std::thread setter([&] { flag.Set(); });
  pthread_mutex_lock(&flag.mutex);
  pthread_cond_wait(&flag.changed, &flag.mutex);
  pthread_mutex_unlock(&flag.mutex);
  setter.join();
}
// says: with a mutex that it does not hold
SCHEDULE_TEST(PthreadCond, MisusesMutexNotHeld) {
  PosixFlag flag;
  pthread_cond_wait(&flag.changed, &flag.mutex);
}
// says: uses a condition variable that was already destroyed
SCHEDULE_TEST(PthreadCond, MisusesSignalOfDestroyed) {
  PosixFlag flag;
  pthread_cond_destroy(&flag.changed);
  pthread_cond_signal(&flag.changed);
}
// says: with another mutex than those who wait on it already
SCHEDULE_TEST(PthreadCond, MisusesTwoMutexes) {
  PosixFlag flag;
  pthread_mutex_t another = PTHREAD_MUTEX_INITIALIZER;
  std::atomic<int> waiting = 0;
  std::thread waiter([&] {
    pthread_mutex_lock(&flag.mutex);
    ++waiting;
    while (!flag.is_set) pthread_cond_wait(&flag.changed, &flag.mutex);
    pthread_mutex_unlock(&flag.mutex);
  });
  while (waiting == 0) std::this_thread::yield();
  pthread_mutex_lock(&flag.mutex);
  pthread_mutex_unlock(&flag.mutex);
  const timespec soon = In(1);
  pthread_mutex_lock(&another);
  pthread_cond_timedwait(&flag.changed, &another, &soon);
  pthread_mutex_unlock(&another);
  flag.Set();
  waiter.join();
}

SCHEDULE_TEST(PthreadCondTimed, PassesBothClocks) {
  PosixFlag flag;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_t steady;
  pthread_cond_init(&steady, &attributes);
  pthread_mutex_lock(&flag.mutex);
  timespec soon = In(5);
  while (pthread_cond_timedwait(&flag.changed, &flag.mutex, &soon) == 0) {
  }
  EXPECT_GE(In(0).tv_sec, soon.tv_sec);
  soon = In(5, CLOCK_MONOTONIC);
  while (pthread_cond_timedwait(&steady, &flag.mutex, &soon) == 0) {
  }
  EXPECT_GE(In(0, CLOCK_MONOTONIC).tv_sec, soon.tv_sec);
  soon = In(5, CLOCK_MONOTONIC);
  while (pthread_cond_clockwait(&flag.changed, &flag.mutex, CLOCK_MONOTONIC, &soon) == 0) {
  }
  EXPECT_GE(In(0, CLOCK_MONOTONIC).tv_sec, soon.tv_sec);
  pthread_mutex_unlock(&flag.mutex);
  std::thread setter([&] { flag.Set(); });
  soon = In(1);
  int result = 0;
  pthread_mutex_lock(&flag.mutex);
  while (!flag.is_set && result == 0) result = pthread_cond_timedwait(&flag.changed, &flag.mutex, &soon);
  SOMETIMES(result == ETIMEDOUT);
  SOMETIMES(result == 0);
  pthread_mutex_unlock(&flag.mutex);
  setter.join();
}
SCHEDULE_TEST(PthreadCondTimed, FailsWhenTheTimeoutIsIgnored) {
  PosixFlag flag;
  std::thread setter([&] { flag.Set(); });
  const timespec soon = In(1);
  pthread_mutex_lock(&flag.mutex);
  int result = 0;
  while (!flag.is_set && result == 0) result = pthread_cond_timedwait(&flag.changed, &flag.mutex, &soon);
  EXPECT_TRUE(flag.is_set);
  pthread_mutex_unlock(&flag.mutex);
  setter.join();
}
SCHEDULE_TEST(PthreadCondTimed, DeadlocksTakingTheMutexBack) {
  PosixFlag flag;
  std::thread([&] { pthread_mutex_lock(&flag.mutex); }).join();
  const timespec soon = In(1);
  pthread_mutex_lock(&flag.mutex);
  pthread_cond_timedwait(&flag.changed, &flag.mutex, &soon);
}
// says: with a mutex that it does not hold
SCHEDULE_TEST(PthreadCondTimed, MisusesMutexNotHeld) {
  PosixFlag flag;
  const timespec soon = In(1);
  pthread_cond_timedwait(&flag.changed, &flag.mutex, &soon);
}

SCHEDULE_TEST(ConditionVariableTimed, PassesWaitUntil) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  std::thread setter([&] {
    std::lock_guard lock(mutex);
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    const auto steady = std::chrono::steady_clock::now() + 1s;
    const bool came = changed.wait_until(lock, steady, [&] { return is_set; });
    SOMETIMES(came);
    SOMETIMES(!came);
    const auto system = std::chrono::system_clock::now() + 1h;
    while (!is_set && changed.wait_until(lock, system) == std::cv_status::no_timeout) {
    }
    SOMETIMES(!is_set);
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariableTimed, FailsWhenNoTimeoutIsTakenForNews) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  std::thread setter([&] {
    std::lock_guard lock(mutex);
    is_set = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    if (changed.wait_for(lock, 1h) == std::cv_status::no_timeout) EXPECT_TRUE(is_set);
  }
  setter.join();
}
SCHEDULE_TEST(ConditionVariableTimed, DeadlocksHoldingAnother) {
  std::mutex mutex;
  std::mutex outer;
  std::condition_variable changed;
  bool is_set = false;
  Twice([&] {
    std::lock_guard guard(outer);
    std::unique_lock lock(mutex);
    while (!is_set) {
      if (changed.wait_for(lock, 1s) == std::cv_status::timeout) {
        std::lock_guard again(outer);
        is_set = true;
      }
    }
  });
}
// says: with a mutex that it does not hold
SCHEDULE_TEST(ConditionVariableTimed, MisusesMutexNotHeld) {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock lock(mutex);
  mutex.unlock();
  changed.wait_for(lock, 1s);
}

// says: unlocks a mutex
SCHEDULE_TEST(ConditionVariableAny, MisusesMutexNotHeld) {
  std::mutex mutex;
  std::condition_variable_any changed;
  changed.wait(mutex);
}
// says: condition variable
SCHEDULE_TEST(ConditionVariableAny, MisusesDestroyedWhileWaiting) {
  std::mutex mutex;
  auto changed = std::make_unique<std::condition_variable_any>();
  std::atomic<bool> is_waiting = false;
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    is_waiting = true;
    changed->wait(lock);
  });
  while (!is_waiting) std::this_thread::yield();
  mutex.lock();
  changed.reset();
  mutex.unlock();
  waiter.join();
}

SCHEDULE_TEST(ConditionVariableAnyStop, PassesAllWays) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool is_set = false;
  bool came = false;
  {
    std::jthread worker([&](std::stop_token stop) {
      std::unique_lock lock(mutex);
      came = changed.wait(lock, stop, [&] { return is_set; });
      EXPECT_TRUE(came || stop.stop_requested());
    });
    std::lock_guard lock(mutex);
    is_set = true;
    changed.notify_all();
  }
  EXPECT_TRUE(came);
  std::stop_source source;
  std::unique_lock lock(mutex);
  EXPECT_FALSE(changed.wait_for(lock, source.get_token(), 1s, [] { return false; }));
  source.request_stop();
  EXPECT_FALSE(changed.wait(lock, source.get_token(), [] { return false; }));
}
SCHEDULE_TEST(ConditionVariableAnyStop, FailsWhenStopIsTakenForNews) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool is_set = false;
  std::jthread worker([&](std::stop_token stop) {
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [&] { return is_set; });
    EXPECT_TRUE(is_set);
  });
  worker.request_stop();
  std::lock_guard lock(mutex);
  is_set = true;
}
SCHEDULE_TEST(ConditionVariableAnyStop, DeadlocksWithoutTheToken) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::jthread worker([&](std::stop_token stop) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return stop.stop_requested(); });
  });
}
// says: unlocks a mutex
SCHEDULE_TEST(ConditionVariableAnyStop, MisusesMutexNotHeld) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::stop_source source;
  changed.wait(mutex, source.get_token(), [] { return false; });
}

SCHEDULE_TEST(NotifyAllAtThreadExit, PassesAfterThreadLocals) {
  static std::mutex mutex;
  static std::condition_variable ended;
  static bool is_done = false;
  static std::atomic<bool> is_destroyed = false;
  struct Last {
    ~Last() { is_destroyed = true; }
  };
  std::thread([] {
    thread_local Last last;
    (void)&last;
    std::unique_lock lock(mutex);
    is_done = true;
    std::notify_all_at_thread_exit(ended, std::move(lock));
  }).detach();
  std::unique_lock lock(mutex);
  ended.wait(lock, [] { return is_done; });
  EXPECT_TRUE(is_destroyed);
}
SCHEDULE_TEST(NotifyAllAtThreadExit, FailsAsAnEarlierNotification) {
  static std::mutex mutex;
  static std::condition_variable ended;
  static std::atomic<bool> is_done = false;
  static std::atomic<bool> is_destroyed = false;
  struct Last {
    ~Last() { is_destroyed = true; }
  };
  std::thread worker([] {
    thread_local Last last;
    (void)&last;
    std::lock_guard lock(mutex);
    is_done = true;
    ended.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    ended.wait(lock, [] { return is_done.load(); });
    EXPECT_TRUE(is_destroyed);
  }
  worker.join();
}
SCHEDULE_TEST(NotifyAllAtThreadExit, DeadlocksLockingOnceMore) {
  static std::mutex mutex;
  static std::condition_variable ended;
  std::thread([] {
    std::unique_lock lock(mutex);
    std::notify_all_at_thread_exit(ended, std::move(lock));
    mutex.lock();  // held until the end of the thread
  }).join();
}
// says: unlocks a mutex that is not locked
SCHEDULE_TEST(NotifyAllAtThreadExit, MisusesMutexUnlockedBefore) {
  static std::mutex mutex;
  static std::condition_variable ended;
  std::thread([] {
    std::unique_lock lock(mutex);
    std::notify_all_at_thread_exit(ended, std::move(lock));
    mutex.unlock();
  }).join();
}

// Semaphores.

// says: more often than its maximum allows
SCHEDULE_TEST(CountingSemaphore, MisusesReleaseAboveTheMaximum) {
  std::counting_semaphore<2> places(1);
  places.release(2);
}

SCHEDULE_TEST(BinarySemaphore, PassesTurns) {
  std::binary_semaphore ping(1);
  std::binary_semaphore pong(0);
  int turns = 0;
  std::thread other([&] {
    for (int i = 0; i < 2; ++i) {
      pong.acquire();
      EXPECT_EQ(++turns % 2, 0);
      ping.release();
    }
  });
  for (int i = 0; i < 2; ++i) {
    ping.acquire();
    EXPECT_EQ(++turns % 2, 1);
    pong.release();
  }
  other.join();
  EXPECT_EQ(turns, 4);
}
SCHEDULE_TEST(BinarySemaphore, RacesBeforeAcquire) {
  std::binary_semaphore ready(0);
  int data = 0;
  std::thread producer([&] {
    data = 1;
    ready.release();
  });
  SOMETIMES(data == 1);
  ready.acquire();
  producer.join();
}
SCHEDULE_TEST(BinarySemaphore, DeadlocksBothWaitFirst) {
  std::binary_semaphore ping(0);
  std::binary_semaphore pong(0);
  std::thread other([&] {
    ping.acquire();
    pong.release();
  });
  pong.acquire();
  ping.release();
  other.join();
}
// says: nobody acquired since it was last released
SCHEDULE_TEST(BinarySemaphore, MisusesReleasedTwice) {
  std::binary_semaphore ready(0);
  ready.release();
  ready.release();
}

// says: semaphore
SCHEDULE_TEST(PosixSemaphore, MisusesDestroyWhileWaiting) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  std::thread waiter([&] { sem_wait(&semaphore); });
  std::this_thread::sleep_for(1s);
  sem_destroy(&semaphore);
  waiter.join();
}
// says: uses a semaphore that was already destroyed
SCHEDULE_TEST(PosixSemaphore, MisusesPostOfDestroyed) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  sem_destroy(&semaphore);
  sem_post(&semaphore);
}

SCHEDULE_TEST(PosixSemaphoreTimed, PassesBothClocks) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  timespec soon = In(2, CLOCK_MONOTONIC);
  EXPECT_EQ(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &soon), -1);
  EXPECT_EQ(errno, ETIMEDOUT);
  EXPECT_GE(In(0, CLOCK_MONOTONIC).tv_sec, soon.tv_sec);
  std::thread poster([&] { sem_post(&semaphore); });
  soon = In(1);
  const bool came = sem_timedwait(&semaphore, &soon) == 0;
  SOMETIMES(came);
  SOMETIMES(!came);
  poster.join();
  const timespec past = In(-1);
  EXPECT_EQ(sem_timedwait(&semaphore, &past) == 0, !came);
}
SCHEDULE_TEST(PosixSemaphoreTimed, RacesWhenTheTimeoutIsIgnored) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  int data = 0;
  std::thread producer([&] {
    data = 1;
    sem_post(&semaphore);
  });
  const timespec soon = In(1);
  sem_timedwait(&semaphore, &soon);
  SOMETIMES(data == 1);
  producer.join();
}
SCHEDULE_TEST(PosixSemaphoreTimed, DeadlocksOnTheSecondWait) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  const timespec soon = In(1);
  sem_timedwait(&semaphore, &soon);
  sem_wait(&semaphore);
}
// says: uses a semaphore that was already destroyed
SCHEDULE_TEST(PosixSemaphoreTimed, MisusesDestroyed) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  sem_destroy(&semaphore);
  const timespec soon = In(1);
  sem_timedwait(&semaphore, &soon);
}

// Meeting points.

// says: barrier
SCHEDULE_TEST(PthreadBarrier, MisusesDestroyWhileWaiting) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  std::thread waiter([&] { pthread_barrier_wait(&barrier); });
  std::this_thread::sleep_for(1s);
  pthread_barrier_destroy(&barrier);
  waiter.join();
}
// says: counts a latch down below zero
SCHEDULE_TEST(Latch, MisusesCountBelowZero) {
  std::latch ready(1);
  Twice([&] { ready.count_down(); });
}
// says: more often than
// missing: nothing is reported
SCHEDULE_TEST(Barrier, MisusesTooManyArrivals) {
  std::barrier meeting(1);
  (void)meeting.arrive(2);
}

SCHEDULE_TEST(BarrierCompletion, PassesOncePerPhase) {
  int phases = 0;
  int data[2] = {};
  const auto complete = [&]() noexcept {
    ++phases;
    EXPECT_EQ(data[0], phases);
    EXPECT_EQ(data[1], phases);
  };
  std::barrier meeting(2, complete);
  std::atomic<int> next = 0;
  Twice([&] {
    const int me = next++;
    for (int phase = 1; phase <= 3; ++phase) {
      data[me] = phase;
      meeting.arrive_and_wait();
      EXPECT_EQ(phases, phase);
    }
  });
}
SCHEDULE_TEST(BarrierCompletion, RacesWithTheCompletion) {
  int total = 0;
  std::barrier meeting(2, [&]() noexcept { ++total; });
  Twice([&] {
    auto token = meeting.arrive();
    SOMETIMES(total == 0);
    meeting.wait(std::move(token));
  });
}
SCHEDULE_TEST(BarrierCompletion, DeadlocksWaitingInside) {
  std::binary_semaphore gate(0);
  std::barrier meeting(2, [&]() noexcept { gate.acquire(); });
  Twice([&] {
    meeting.arrive_and_wait();
    gate.release();
  });
}

// Waiting for an atomic, and what it stands on.

SCHEDULE_TEST(FutexCall, PassesWaitAndWake) {
  std::atomic<int> word = 0;
  int data = 0;
  std::thread waker([&] {
    data = 1;
    word = 1;
    Futex(&word, FUTEX_WAKE_PRIVATE, 1);
  });
  while (word == 0) {
    if (Futex(&word, FUTEX_WAIT_PRIVATE, 0) == -1) EXPECT_EQ(errno, EAGAIN);
  }
  EXPECT_EQ(data, 1);
  waker.join();
  const timespec second = {1, 0};
  EXPECT_EQ(Futex(&word, FUTEX_WAIT, 1, &second), -1);
  EXPECT_EQ(errno, ETIMEDOUT);
}
SCHEDULE_TEST(FutexCall, RacesAsTheOnlySynchronisation) {
  std::atomic<int> word = 0;
  int data = 0;
  std::thread waker([&] {
    data = 1;
    word.store(1, std::memory_order_relaxed);
    Futex(&word, FUTEX_WAKE_PRIVATE, 1);
  });
  while (word.load(std::memory_order_relaxed) == 0) Futex(&word, FUTEX_WAIT_PRIVATE, 0);
  ++data;
  waker.join();
}
SCHEDULE_TEST(FutexCall, DeadlocksNeverWoken) {
  std::atomic<int> word = 0;
  std::thread setter([&] { word = 1; });
  Futex(&word, FUTEX_WAIT_PRIVATE, 0);
  setter.join();
}
// says: which leaves the scheduler's control
SCHEDULE_TEST(FutexCall, MisusesAnOperationThatIsNotScheduled) {
  std::atomic<int> word = 0;
  std::atomic<int> other = 0;
  syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, 1, &other, 0);
}
