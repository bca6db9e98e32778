// What a test program tells about its tests: SOMETIMES, budgets, GoogleTest's messages, tests that are no scenarios.
#include <atomic>
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
