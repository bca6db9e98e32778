// What a test program tells about its tests: SOMETIMES, budgets, GoogleTest's messages, tests that are no scenarios.
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

std::atomic<int>* readers;

void Read(bool is_locked) {
  static std::mutex mutex;
  if (is_locked) mutex.lock();
  ++*readers;
  SOMETIMES(*readers == 2);
  --*readers;
  if (is_locked) mutex.unlock();
}

void ReadTwice(bool is_locked) {
  std::atomic<int> count = 0;
  readers = &count;
  std::thread other(Read, is_locked);
  Read(is_locked);
  other.join();
}

}  // namespace

// Two threads that look again and again keep each other company, but not the third one out.
SCHEDULE_TEST(Polling, UnderAMutexEnds) {
  std::mutex mutex;
  bool is_open = false;
  const auto poll = [&] {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (is_open) return;
      }
      std::this_thread::yield();
    }
  };
  std::thread ada(poll);
  std::thread ben(poll);
  {
    const std::lock_guard lock(mutex);
    is_open = true;
  }
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Sometimes, Reached) { ReadTwice(false); }
SCHEDULE_TEST(Sometimes, Unreached) { ReadTwice(true); }
SCHEDULE_TEST(Sometimes, NeverEvaluated) {
  std::atomic<int> value = 0;
  std::thread other([&] { value = 1; });
  if (value == 2) SOMETIMES(value == 3);
  other.join();
}
SCHEDULE_TEST(Sometimes, FirstOfTwo) {
  std::atomic<int> value = 0;
  std::thread other([&] { value = 1; });
  SOMETIMES(value == 1);
  SOMETIMES(value == 7);
  other.join();
}

SCHEDULE_TEST(Budget, OfItsOwn, {.schedules = 70}) {
  std::atomic<int> value = 0;
  std::thread other([&] { value = 1; });
  value = 2;
  other.join();
}
SCHEDULE_TEST(Budget, OneSchedule) { EXPECT_EQ(1 + 1, 2); }

SCHEDULE_TEST(Message, Equality) {
  const std::string fruit = "a \"pear\"\n\tand a caf\xc3\xa9";
  EXPECT_EQ(fruit, std::string("apples")) << "what the shop has, 100 % of it";
}
SCHEDULE_TEST(Message, InAThread) {
  std::atomic<int> value = 0;
  std::thread other([&] { EXPECT_LT(3, value.load()) << "in another thread"; });
  other.join();
}
SCHEDULE_TEST(Message, Long) { FAIL() << std::string(100'000, 'x'); }
SCHEDULE_TEST(Message, Exception) { throw std::string("thrown"); }

TEST(Plain, Passes) { EXPECT_EQ(1 + 1, 2); }
TEST(Plain, Fails) { EXPECT_EQ(1 + 1, 3) << "no arithmetic"; }

SCHEDULE_TEST(Depth, TwoPreemptions) {
  std::atomic<int> a = 0;
  std::atomic<int> b = 0;
  std::thread other([&] {
    a = 1;
    b = 1;
    a = 2;
    b = 2;
  });
  const int first = b;
  const int second = a;
  EXPECT_FALSE(first == 1 && second == 2 && b == 1);
  other.join();
}

// A thread waits while it cannot go on, or only looks; not before its wait, nor after it.
SCHEDULE_TEST(IsWaiting, BlockedAndSpinning, {.schedules = 500}) {
  std::mutex mutex;
  std::atomic<bool> may_go = false;
  mutex.lock();
  std::thread blocked([&] { std::lock_guard lock(mutex); });
  std::thread spinning([&] {
    while (!may_go) {
    }
  });
  std::this_thread::yield();
  SOMETIMES(racecourse::IsWaiting(blocked));
  SOMETIMES(!racecourse::IsWaiting(blocked));
  SOMETIMES(racecourse::IsWaiting(spinning));
  SOMETIMES(!racecourse::IsWaiting(spinning));
  const bool was_blocked = racecourse::IsWaiting(blocked);
  mutex.unlock();
  if (was_blocked) EXPECT_FALSE(racecourse::IsWaiting(blocked));
  may_go = true;
  blocked.join();
  spinning.join();
}

// What goes on for long, or looks like a waiting loop, and is none of it.
SCHEDULE_TEST(Progress, BacksOff, {.schedules = 5000}) {
  std::mutex first;
  std::mutex second;
  const auto take_both = [](std::mutex& one, std::mutex& other) {
    for (;;) {
      std::lock_guard lock(one);
      if (!other.try_lock()) continue;
      other.unlock();
      return;
    }
  };
  std::thread thread(take_both, std::ref(first), std::ref(second));
  take_both(second, first);
  thread.join();
}
SCHEDULE_TEST(Progress, LooksAtAStopFlagWhileItComputes, {.schedules = 8}) {
  std::atomic<bool> stop = false;
  const auto compute = [&] {
    long sum = 0;
    for (long i = 0; i < 150'000 && !stop; ++i) sum += i;
    return sum;
  };
  long other_sum = 0;
  std::thread other([&] { other_sum = compute(); });
  const long sum = compute();
  other.join();
  EXPECT_EQ(sum, other_sum);
}
SCHEDULE_TEST(Progress, ReadsTheSameFewPlacesForLong, {.schedules = 4}) {
  static const volatile int table[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  std::atomic<int> value = 0;
  std::thread other([&] { value = 1; });
  long sum = 0;
  for (int i = 0; i < 4'000'000; ++i) sum += table[i & 7];
  EXPECT_EQ(sum, 18'000'000);
  value = 2;
  other.join();
}
SCHEDULE_TEST(Progress, WaitsForAnAtomicWhileTimePasses, {.schedules = 2000}) {
  std::atomic<int> value = 0;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    value = 1;
    value.notify_all();
  });
  value.wait(0);
  other.join();
}
SCHEDULE_TEST(Progress, SpinsForAMoment, {.schedules = 2000}) {
  std::atomic<int> value = 0;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    value = 1;
  });
  while (value == 0) std::this_thread::yield();
  other.join();
}
SCHEDULE_TEST(Progress, PollsWithSleeps, {.schedules = 2000}) {
  std::mutex mutex;
  bool is_set = false;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    std::lock_guard lock(mutex);
    is_set = true;
  });
  for (bool seen = false; !seen;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::lock_guard lock(mutex);
    seen = is_set;
  }
  other.join();
}
SCHEDULE_TEST(Progress, WaitsForAMomentByTheClock, {.schedules = 200}) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  std::mutex mutex;
  std::thread other([&] { std::this_thread::sleep_for(std::chrono::seconds(1)); });
  while (std::chrono::steady_clock::now() < end) std::lock_guard lock(mutex);
  other.join();
}

// Locks that are taken in a circle: where two phases follow each other it is harmless, and where a gate is held it is
// no circle; else it is a deadlock, however seldom the two come together.
namespace {

struct LockPair {
  std::mutex one;
  std::mutex other;
  std::mutex gate;
  std::atomic<int> work = 0;

  void TakeInOrder() {
    std::lock_guard first(one);
    std::lock_guard second(other);
  }
  void TakeBackwards() {
    std::lock_guard first(other);
    std::lock_guard second(one);
  }
};

}  // namespace

SCHEDULE_TEST(LockOrder, OfTwoPhasesIsAHint, {.schedules = 200}) {
  LockPair locks;
  std::thread(&LockPair::TakeInOrder, &locks).join();
  std::thread second(&LockPair::TakeBackwards, &locks);
  ++locks.work;
  second.join();
}
SCHEDULE_TEST(LockOrder, BehindAGateIsNone, {.schedules = 200}) {
  LockPair locks;
  std::thread thread([&] {
    std::lock_guard gate(locks.gate);
    locks.TakeInOrder();
  });
  {
    std::lock_guard gate(locks.gate);
    locks.TakeBackwards();
  }
  thread.join();
}
SCHEDULE_TEST(LockOrder, IsSteeredIntoItsDeadlock, {.schedules = 100}) {
  LockPair locks;
  std::thread thread([&] {
    locks.TakeInOrder();
    for (int i = 0; i < 300; ++i) ++locks.work;
  });
  for (int i = 0; i < 3000; ++i) ++locks.work;
  locks.TakeBackwards();
  thread.join();
}

// One call of memcmp looks at two places, between which the program does nothing.
SCHEDULE_TEST(LongRun, OfComparisons, {.schedules = 3}) {
  char left[64];
  char right[64];
  std::memset(left, 1, sizeof left);
  std::memset(right, 1, sizeof right);
  int different = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    std::size_t size = sizeof left;
    asm volatile("" : "+r"(size) : "r"(left), "r"(right) : "memory");
    if (std::memcmp(left, right, size) < 0) ++different;
  }
  EXPECT_EQ(different, 0);
}
