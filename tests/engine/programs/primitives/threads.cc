// Threads, what they return and what belongs to them; C11's threads; time and chance. How names are read: rows.txt.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

#include "racecourse/schedule_test.h"
#include "tests/engine/programs/primitives/twice.h"

using namespace std::chrono_literals;

namespace {
void* Nothing(void* argument) { return argument; }
int NothingOfC(void*) { return 0; }
}  // namespace

// says: joins a thread that was joined or detached before
SCHEDULE_TEST(ThreadCreateJoin, MisusesJoinTwice) {
  pthread_t thread;
  pthread_create(&thread, nullptr, Nothing, nullptr);
  pthread_join(thread, nullptr);
  pthread_join(thread, nullptr);
}
// says: joins a thread that is detached
SCHEDULE_TEST(ThreadCreateJoin, MisusesJoinOfDetached) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  std::atomic<bool> may_end = false;
  pthread_create(
      &thread, &attributes,
      [](void* flag) -> void* {
        static_cast<std::atomic<bool>*>(flag)->wait(false);
        return nullptr;
      },
      &may_end);
  pthread_join(thread, nullptr);
}
SCHEDULE_TEST(PthreadExit, RacesWithADestructor) {
  static int value;
  struct Guard {
    ~Guard() { ++value; }
  };
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void*) -> void* {
        Guard guard;
        pthread_exit(nullptr);
      },
      nullptr);
  ++value;
  pthread_join(thread, nullptr);
}
// says: pthread_exit
SCHEDULE_TEST(PthreadExit, MisusesCatchWithoutRethrow) {
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void*) -> void* {
        try {
          pthread_exit(nullptr);
        } catch (...) {
        }
        return nullptr;
      },
      nullptr);
  pthread_join(thread, nullptr);
}

SCHEDULE_TEST(StdThread, PassesArgumentsAndMoves) {
  int sum = 0;
  std::vector<std::thread> threads;
  std::mutex mutex;
  for (int i = 1; i <= 3; ++i) {
    threads.emplace_back(
        [&](int n) {
          std::lock_guard lock(mutex);
          sum += n;
        },
        i);
  }
  std::thread moved = std::move(threads.back());
  threads.pop_back();
  EXPECT_TRUE(moved.joinable());
  moved.join();
  EXPECT_FALSE(moved.joinable());
  EXPECT_THROW(moved.join(), std::system_error);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 6);
}
SCHEDULE_TEST(StdThread, RacesByReference) {
  int i = 0;
  std::vector<std::thread> threads;
  for (i = 0; i < 2; ++i) threads.emplace_back([&] { SOMETIMES(i == 2); });
  for (std::thread& thread : threads) thread.join();
}
SCHEDULE_TEST(StdThread, DeadlocksJoiningUnderALock) {
  std::mutex mutex;
  std::thread thread([&] { std::lock_guard lock(mutex); });
  std::lock_guard lock(mutex);
  thread.join();
}
// says: joinable
SCHEDULE_TEST(StdThread, MisusesDestroyedJoinable) {
  std::thread thread([] {});
}
// says: std::system_error
SCHEDULE_TEST(StdThread, CrashesJoinedTwice) {
  std::thread([] {
    std::thread thread([] {});
    thread.join();
    thread.join();
  }).join();
}
// says: std::runtime_error
SCHEDULE_TEST(StdThread, CrashesByAnException) {
  std::thread([] { throw std::runtime_error("nobody catches this"); }).join();
}
// says: std::system_error
SCHEDULE_TEST(Jthread, CrashesJoiningItself) {
  std::promise<std::jthread*> self;
  std::jthread thread([&] { self.get_future().get()->join(); });
  self.set_value(&thread);
}

SCHEDULE_TEST(StopToken, PassesCallbacksOnce) {
  std::stop_source source;
  std::atomic<int> calls = 0;
  std::atomic<int> winners = 0;
  {
    std::stop_callback early(source.get_token(), [&] { ++calls; });
    Twice([&] {
      if (source.request_stop()) ++winners;
      std::stop_callback late(source.get_token(), [&] { ++calls; });
    });
  }
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(std::stop_token().stop_possible());
}
SCHEDULE_TEST(StopToken, RacesInACallback) {
  std::stop_source source;
  int value = 0;
  std::stop_callback callback(source.get_token(), [&] { value = 1; });
  std::thread stopper([&] { source.request_stop(); });
  value = 2;
  stopper.join();
}
SCHEDULE_TEST(StopToken, DeadlocksDestroyingUnderTheCallbacksLock) {
  std::stop_source source;
  std::mutex mutex;
  std::thread stopper([&] { source.request_stop(); });
  {
    std::unique_lock<std::mutex> lock(mutex, std::defer_lock);
    auto body = [&] { std::lock_guard inner(mutex); };
    auto callback = std::make_unique<std::stop_callback<decltype(body)>>(source.get_token(), body);
    lock.lock();
    callback.reset();  // waits for the callback that runs, which waits for the mutex
  }
  stopper.join();
}

// C11.

SCHEDULE_TEST(CThreadCreate, PassesResultAndDetach) {
  static std::atomic<int> ended;
  ended = 0;
  thrd_t threads[2];
  ASSERT_EQ(thrd_create(
                &threads[0],
                [](void*) {
                  ++ended;
                  return 0;
                },
                nullptr),
            thrd_success);
  ASSERT_EQ(thrd_create(&threads[1], [](void*) -> int { thrd_exit(7); }, nullptr), thrd_success);
  EXPECT_EQ(thrd_detach(threads[0]), thrd_success);
  int result = 0;
  EXPECT_EQ(thrd_join(threads[1], &result), thrd_success);
  EXPECT_EQ(result, 7);
  EXPECT_TRUE(thrd_equal(thrd_current(), thrd_current()));
  thrd_yield();
  SOMETIMES(ended == 0);
  SOMETIMES(ended == 1);
}
SCHEDULE_TEST(CThreadCreate, RacesBeforeJoin) {
  static int value;
  thrd_t thread;
  thrd_create(&thread, [](void*) { return ++value; }, nullptr);
  ++value;
  thrd_join(thread, nullptr);
}
SCHEDULE_TEST(CThreadCreate, DeadlocksJoiningItsJoiner) {
  static thrd_t main_thread;
  main_thread = thrd_current();
  thrd_t thread;
  thrd_create(&thread, [](void*) { return thrd_join(main_thread, nullptr); }, nullptr);
  thrd_join(thread, nullptr);
}
// says: joins a thread that was joined or detached before
SCHEDULE_TEST(CThreadCreate, MisusesJoinTwice) {
  thrd_t thread;
  thrd_create(&thread, NothingOfC, nullptr);
  thrd_join(thread, nullptr);
  thrd_join(thread, nullptr);
}

SCHEDULE_TEST(CMutex, PassesEveryType) {
  mtx_t plain;
  mtx_t timed;
  ASSERT_EQ(mtx_init(&plain, mtx_plain), thrd_success);
  ASSERT_EQ(mtx_init(&timed, mtx_timed | mtx_recursive), thrd_success);
  int value = 0;
  std::atomic<int> late = 0;
  Twice([&] {
    EXPECT_EQ(mtx_lock(&plain), thrd_success);
    ++value;
    EXPECT_EQ(mtx_unlock(&plain), thrd_success);
    const timespec soon = In(1);
    if (mtx_timedlock(&timed, &soon) == thrd_timedout) {
      ++late;
      return;
    }
    EXPECT_EQ(mtx_trylock(&timed), thrd_success);
    thrd_yield();
    mtx_unlock(&timed);
    mtx_unlock(&timed);
  });
  EXPECT_EQ(value, 2);
  SOMETIMES(late == 1);
  mtx_lock(&plain);
  EXPECT_EQ(mtx_trylock(&plain), thrd_busy);
  mtx_unlock(&plain);
  mtx_destroy(&plain);
  mtx_destroy(&timed);
}
SCHEDULE_TEST(CMutex, RacesWhenTryIsNotAsked) {
  mtx_t mutex;
  mtx_init(&mutex, mtx_plain);
  int value = 0;
  Twice([&] {
    const bool has_it = mtx_trylock(&mutex) == thrd_success;
    ++value;
    if (has_it) mtx_unlock(&mutex);
  });
}
SCHEDULE_TEST(CMutex, DeadlocksOnItself) {
  mtx_t mutex;
  mtx_init(&mutex, mtx_plain);
  mtx_lock(&mutex);
  mtx_lock(&mutex);
}
// says: unlocks a mutex that is not locked
SCHEDULE_TEST(CMutex, MisusesUnlock) {
  mtx_t mutex;
  mtx_init(&mutex, mtx_plain);
  mtx_unlock(&mutex);
}

SCHEDULE_TEST(CCondition, PassesSignalAndTimeout) {
  mtx_t mutex;
  cnd_t changed;
  mtx_init(&mutex, mtx_plain);
  cnd_init(&changed);
  bool is_set = false;
  std::thread setter([&] {
    mtx_lock(&mutex);
    is_set = true;
    cnd_broadcast(&changed);
    mtx_unlock(&mutex);
  });
  mtx_lock(&mutex);
  while (!is_set) EXPECT_EQ(cnd_wait(&changed, &mutex), thrd_success);
  const timespec soon = In(3);
  while (cnd_timedwait(&changed, &mutex, &soon) == thrd_success) {
  }
  EXPECT_GE(In(0).tv_sec, soon.tv_sec);
  mtx_unlock(&mutex);
  setter.join();
  cnd_destroy(&changed);
  mtx_destroy(&mutex);
}
SCHEDULE_TEST(CCondition, FailsBySpuriousWakeUp) {
  mtx_t mutex;
  cnd_t changed;
  mtx_init(&mutex, mtx_plain);
  cnd_init(&changed);
  bool is_set = false;
  std::thread setter([&] {
    mtx_lock(&mutex);
    is_set = true;
    mtx_unlock(&mutex);
    cnd_signal(&changed);
  });
  mtx_lock(&mutex);
  if (!is_set) cnd_wait(&changed, &mutex);
  EXPECT_TRUE(is_set);
  mtx_unlock(&mutex);
  setter.join();
}
SCHEDULE_TEST(CCondition, LosesTheSignalBeforeTheWait) {
  mtx_t mutex;
  cnd_t changed;
  mtx_init(&mutex, mtx_plain);
  cnd_init(&changed);
  std::thread setter([&] { cnd_signal(&changed); });
  mtx_lock(&mutex);
  cnd_wait(&changed, &mutex);
  mtx_unlock(&mutex);
  setter.join();
}
// says: with a mutex that it does not hold
SCHEDULE_TEST(CCondition, MisusesMutexNotHeld) {
  mtx_t mutex;
  cnd_t changed;
  mtx_init(&mutex, mtx_plain);
  cnd_init(&changed);
  cnd_wait(&changed, &mutex);
}

SCHEDULE_TEST(CThreadStorage, PassesDestructors) {
  static std::atomic<int> destroyed;
  tss_t key;
  ASSERT_EQ(tss_create(&key, [](void* value) { destroyed += *static_cast<int*>(value); }), thrd_success);
  static int one = 1;
  Twice([&] {
    EXPECT_EQ(tss_get(key), nullptr);
    EXPECT_EQ(tss_set(key, &one), thrd_success);
    EXPECT_EQ(tss_get(key), &one);
  });
  EXPECT_EQ(destroyed, 1);  // that of the thread that ended
  tss_delete(key);
}
SCHEDULE_TEST(CThreadStorage, RacesInTheDestructor) {
  static int destroyed;
  tss_t key;
  tss_create(&key, [](void*) { ++destroyed; });
  std::thread a([&] { tss_set(key, &key); });
  std::thread b([&] { tss_set(key, &key); });
  a.join();
  b.join();
}
SCHEDULE_TEST(CCallOnce, PassesOnce) {
  static once_flag flag = ONCE_FLAG_INIT;
  static int calls;
  Twice([] {
    ::call_once(&flag, [] { ++calls; });
    EXPECT_EQ(calls, 1);
  });
}
SCHEDULE_TEST(CCallOnce, RacesBeforeIt) {
  static once_flag flag = ONCE_FLAG_INIT;
  static int made;
  Twice([] {
    if (made == 0) ::call_once(&flag, [] { made = 1; });
  });
}
SCHEDULE_TEST(CCallOnce, DeadlocksRecursion) {
  static once_flag flag = ONCE_FLAG_INIT;
  ::call_once(&flag, [] { ::call_once(&flag, [] {}); });
}

// Results.

// says: std::future_error
SCHEDULE_TEST(Async, CrashesGotTwice) {
  std::thread([] {
    std::future<int> future = std::async(std::launch::async, [] { return 1; });
    future.get();
    future.get();
  }).join();
}
SCHEDULE_TEST(Async, FailsWhenTheTemporaryIsForgotten) {
  // The future of the first task waits in its destructor, so the second never runs beside it.
  std::atomic<int> running = 0;
  std::atomic<bool> overlap = false;
  const auto task = [&] {
    if (++running == 2) overlap = true;
    std::this_thread::yield();
    --running;
  };
  (void)std::async(std::launch::async, task);
  task();
  EXPECT_TRUE(overlap);
}
SCHEDULE_TEST(Promise, RacesBeforeGet) {
  std::promise<void> promise;
  int data = 0;
  std::thread setter([&] {
    data = 1;
    promise.set_value();
  });
  SOMETIMES(data == 1);
  promise.get_future().get();
  setter.join();
}
// says: std::future_error
SCHEDULE_TEST(Future, CrashesTakenTwice) {
  std::thread([] {
    std::promise<int> promise;
    std::future<int> first = promise.get_future();
    std::future<int> second = promise.get_future();
  }).join();
}
SCHEDULE_TEST(Future, PassesWaits) {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  EXPECT_TRUE(future.valid());
  EXPECT_EQ(future.wait_for(1s), std::future_status::timeout);
  std::thread setter([&] { promise.set_exception(std::make_exception_ptr(std::out_of_range("far"))); });
  const auto status = future.wait_until(std::chrono::steady_clock::now() + 1s);
  SOMETIMES(status == std::future_status::ready);
  SOMETIMES(status == std::future_status::timeout);
  future.wait();
  EXPECT_THROW(future.get(), std::out_of_range);
  EXPECT_FALSE(future.valid());
  setter.join();
}
SCHEDULE_TEST(Future, FailsWhenTheTimeoutIsIgnored) {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread setter([&] { promise.set_value(1); });
  EXPECT_EQ(future.wait_for(1h), std::future_status::ready);
  setter.join();
}
SCHEDULE_TEST(Future, DeadlocksOnEachOther) {
  std::promise<int> promises[2];
  std::thread other([&] { promises[0].set_value(promises[1].get_future().get()); });
  promises[1].set_value(promises[0].get_future().get());
  other.join();
}

SCHEDULE_TEST(SharedFuture, PassesToAll) {
  std::promise<int> promise;
  std::shared_future<int> future = promise.get_future();
  int data = 0;
  std::thread setter([&] {
    data = 1;
    promise.set_value(2);
  });
  Twice([&, copy = future] { EXPECT_EQ(copy.get() + data, 3); });
  EXPECT_TRUE(future.valid());
  setter.join();
}
SCHEDULE_TEST(SharedFuture, RacesOnTheValue) {
  std::promise<int*> promise;
  std::shared_future<int*> future = promise.get_future();
  int value = 0;
  promise.set_value(&value);
  Twice([=] { ++*future.get(); });
}
SCHEDULE_TEST(SharedFuture, DeadlocksNeverSet) {
  std::promise<int> promise;
  std::shared_future<int> future = promise.get_future();
  Twice([=] { future.wait(); });
}
// says: std::future_error
SCHEDULE_TEST(SharedFuture, CrashesWithoutState) {
  std::thread([] { std::shared_future<int>().get(); }).join();
}

SCHEDULE_TEST(PackagedTask, RacesInTheTask) {
  int value = 0;
  std::packaged_task<void()> task([&] { ++value; });
  std::future<void> future = task.get_future();
  std::thread runner(std::move(task));
  ++value;
  future.get();
  runner.join();
}
// says: std::future_error
SCHEDULE_TEST(PackagedTask, CrashesRunTwice) {
  std::packaged_task<void()> task([] {});
  Twice([&] { task(); });
}

SCHEDULE_TEST(SetValueAtThreadExit, PassesAfterThreadLocals) {
  static std::atomic<bool> is_destroyed;
  struct Last {
    ~Last() { is_destroyed = true; }
  };
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  int data = 0;
  std::thread setter([&] {
    thread_local Last last;
    (void)&last;
    promise.set_value_at_thread_exit(1);
    data = 2;
  });
  EXPECT_EQ(future.get() + data, 3);
  EXPECT_TRUE(is_destroyed);
  setter.join();
}
SCHEDULE_TEST(SetValueAtThreadExit, FailsAsSetValue) {
  static std::atomic<bool> is_destroyed;
  struct Last {
    ~Last() { is_destroyed = true; }
  };
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread setter([&] {
    thread_local Last last;
    (void)&last;
    promise.set_value(1);
  });
  future.get();
  EXPECT_TRUE(is_destroyed);
  setter.join();
}
SCHEDULE_TEST(SetValueAtThreadExit, DeadlocksAwaitedByItsOwnThread) {
  std::promise<int> promise;
  std::thread([&] {
    promise.set_value_at_thread_exit(1);
    promise.get_future().get();
  }).join();
}
// says: std::future_error
SCHEDULE_TEST(SetValueAtThreadExit, CrashesSetTwice) {
  std::promise<int> promise;
  std::thread([&] {
    promise.set_value_at_thread_exit(1);
    promise.set_value(2);
  }).join();
}

// Time and chance.

SCHEDULE_TEST(Sleep, PassesEveryCall) {
  const auto start = std::chrono::steady_clock::now();
  sleep(1);
  usleep(1'000'000);
  timespec second = {1, 0};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &second, nullptr);
  const timespec moment = In(1, CLOCK_MONOTONIC);
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nullptr);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 4s);
  timespec wrong = {0, 2'000'000'000};
  EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &wrong, nullptr), EINVAL);
}
SCHEDULE_TEST(Random, PassesTheSameEachTime) {
  std::random_device device;
  const unsigned first = device();
  bool differs = false;
  for (int i = 0; i < 8; ++i) differs |= device() != first;
  EXPECT_TRUE(differs);
  unsigned char bytes[64] = {};
  EXPECT_EQ(getrandom(bytes, sizeof bytes, 0), 64);
  int sum = 0;
  for (unsigned char byte : bytes) sum += byte;
  EXPECT_GT(sum, 0);
  srand(7);
  const int once = rand();
  srand(7);
  EXPECT_EQ(rand(), once);
  std::mt19937 engine(5);
  EXPECT_NE(engine(), engine());
}
SCHEDULE_TEST(Random, RacesOnASharedEngine) {
  std::mt19937 engine(5);
  Twice([&] { engine(); });
}
