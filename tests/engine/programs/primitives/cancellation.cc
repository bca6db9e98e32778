// As ../primitives.cc: cancellation of threads.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>

#include "racecourse/schedule_test.h"

namespace {

// Starts body(argument) and cancels it at some moment; returns what it came to.
template <typename Argument>
void* Cancelled(void* (*body)(void*), Argument* argument) {
  pthread_t thread;
  EXPECT_EQ(pthread_create(&thread, nullptr, body, argument), 0);
  EXPECT_EQ(pthread_cancel(thread), 0);
  void* result = nullptr;
  EXPECT_EQ(pthread_join(thread, &result), 0);
  return result;
}

struct Shared {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  int cleanups = 0;
  int destroyed = 0;
  bool is_set = false;
};

void Unlock(void* mutex) { pthread_mutex_unlock(static_cast<pthread_mutex_t*>(mutex)); }

void* WaitForEver(void* p) {
  auto& shared = *static_cast<Shared*>(p);
  pthread_mutex_lock(&shared.mutex);
  pthread_cleanup_push(Unlock, &shared.mutex);
  while (!shared.is_set) pthread_cond_wait(&shared.changed, &shared.mutex);
  pthread_cleanup_pop(1);
  return nullptr;
}

}  // namespace

SCHEDULE_TEST(Cancellation, PassesConditionVariable) {
  Shared shared;
  EXPECT_EQ(Cancelled(WaitForEver, &shared), PTHREAD_CANCELED);
  EXPECT_EQ(pthread_mutex_trylock(&shared.mutex), 0);
  pthread_mutex_unlock(&shared.mutex);
}

SCHEDULE_TEST(Cancellation, PassesDestructors) {
  int order = 0;
  void* result = Cancelled(
      +[](void* p) -> void* {
        struct Counts {
          int& order;
          ~Counts() { ++order; }
        } counts{*static_cast<int*>(p)};
        const std::string text(100, 'x');
        sem_t never;
        sem_init(&never, 0, 0);
        sem_wait(&never);
        return nullptr;
      },
      &order);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  SOMETIMES(order == 1);
}

SCHEDULE_TEST(Cancellation, PassesDisabled) {
  int done = 0;
  void* result = Cancelled(
      +[](void* p) -> void* {
        int old = 0;
        EXPECT_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old), 0);
        EXPECT_EQ(old, PTHREAD_CANCEL_ENABLE);
        timespec time = {1, 0};
        EXPECT_EQ(nanosleep(&time, nullptr), 0);
        ++*static_cast<int*>(p);
        EXPECT_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr), 0);
        pthread_testcancel();
        return p;
      },
      &done);
  EXPECT_EQ(done, 1);
  SOMETIMES(result == PTHREAD_CANCELED);
  SOMETIMES(result == &done);
}

SCHEDULE_TEST(Cancellation, PassesLoopThatTests) {
  int unused = 0;
  void* result = Cancelled(
      +[](void*) -> void* {
        for (;;) pthread_testcancel();
      },
      &unused);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}

SCHEDULE_TEST(Cancellation, PassesOnceAgain) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static int runs;
  static int unused;
  void* result = Cancelled(
      +[](void*) -> void* {
        pthread_once(&once, [] {
          sleep(1);
          ++runs;
        });
        return nullptr;
      },
      &unused);
  pthread_once(&once, [] { ++runs; });
  EXPECT_EQ(runs, 1);
  SOMETIMES(result == PTHREAD_CANCELED);
  SOMETIMES(result == nullptr);
}

SCHEDULE_TEST(Cancellation, PassesJoiner) {
  static sem_t gate;
  sem_init(&gate, 0, 0);
  pthread_t inner;
  pthread_create(
      &inner, nullptr,
      +[](void*) -> void* {
        sem_wait(&gate);
        return &gate;
      },
      nullptr);
  void* result = Cancelled(
      +[](void* p) -> void* {
        pthread_join(*static_cast<pthread_t*>(p), nullptr);
        return nullptr;
      },
      &inner);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  sem_post(&gate);
  EXPECT_EQ(pthread_join(inner, &result), 0);
  EXPECT_EQ(result, &gate);
}

// Counts on work that the cancelled thread may not have come to.
SCHEDULE_TEST(Cancellation, FailsToFinishWork) {
  int done = 0;
  Cancelled(
      +[](void* p) -> void* {
        timespec time = {0, 1};
        nanosleep(&time, nullptr);
        *static_cast<int*>(p) = 1;
        return nullptr;
      },
      &done);
  EXPECT_EQ(done, 1);
}

// says: has ended without unlocking it
SCHEDULE_TEST(Cancellation, DeadlocksWithItsMutex) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static int unused;
  Cancelled(
      +[](void*) -> void* {
        pthread_mutex_lock(&mutex);
        sleep(1);
        pthread_mutex_unlock(&mutex);
        return nullptr;
      },
      &unused);
  pthread_mutex_lock(&mutex);
}

// says: does not rethrow
SCHEDULE_TEST(Cancellation, MisusesSwallowed) {
  static int unused;
  Cancelled(
      +[](void*) -> void* {
        try {
          sleep(1);
        } catch (...) {
        }
        return nullptr;
      },
      &unused);
}

// says: PTHREAD_CANCEL_ASYNCHRONOUS
SCHEDULE_TEST(Cancellation, MisusesAsynchronous) { pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr); }

// says: cancels a thread that was joined
SCHEDULE_TEST(Cancellation, MisusesJoined) {
  pthread_t thread;
  pthread_create(&thread, nullptr, +[](void*) -> void* { return nullptr; }, nullptr);
  pthread_join(thread, nullptr);
  pthread_cancel(thread);
}
