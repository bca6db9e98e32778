// Atomics and fences, and what is made once: call_once, statics, thread-local objects. How names are read: rows.txt.
#include <pthread.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "racecourse/schedule_test.h"
#include "tests/engine/programs/primitives/twice.h"

SCHEDULE_TEST(Atomic, PassesReadModifyWrite) {
  std::atomic<int> value = 0;
  std::atomic<int> tickets = 0;
  Twice([&] {
    value.fetch_add(2, std::memory_order_relaxed);
    --value;
    int seen = tickets.load();
    while (!tickets.compare_exchange_weak(seen, seen + 1)) {
    }
  });
  EXPECT_EQ(value, 2);
  EXPECT_EQ(tickets, 2);
}
SCHEDULE_TEST(Atomic, PassesReleaseAndAcquire) {
  int data = 0;
  std::atomic<bool> is_ready = false;
  std::thread writer([&] {
    data = 1;
    is_ready.store(true, std::memory_order_release);
  });
  if (is_ready.load(std::memory_order_acquire)) EXPECT_EQ(data, 1);
  SOMETIMES(is_ready);
  writer.join();
}
SCHEDULE_TEST(Atomic, FailsAsTwoOperations) {
  std::atomic<int> value = 0;
  Twice([&] { value = value + 1; });
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(Atomic, RacesWithRelaxedPublication) {
  int data = 0;
  std::atomic<bool> is_ready = false;
  std::thread writer([&] {
    data = 1;
    is_ready.store(true, std::memory_order_relaxed);
  });
  if (is_ready.load(std::memory_order_relaxed)) EXPECT_EQ(data, 1);
  writer.join();
}
SCHEDULE_TEST(Atomic, LivelocksWaitingForNobody) {
  std::atomic<bool> is_ready = false;
  while (!is_ready) std::this_thread::yield();
}
SCHEDULE_TEST(Atomic, OutlivedByItsReader) {
  auto* value = new std::atomic<int>(0);
  std::thread reader([=] { value->load(); });
  delete value;
  reader.join();
}

SCHEDULE_TEST(AtomicWait, RacesWithRelaxedPublication) {
  std::atomic<int> ready = 0;
  int data = 0;
  std::thread setter([&] {
    data = 1;
    ready.store(1, std::memory_order_relaxed);
    ready.notify_one();
  });
  ready.wait(0, std::memory_order_relaxed);
  ++data;
  setter.join();
}
// missing: notifying looks at nothing but the address
SCHEDULE_TEST(AtomicWait, OutlivedByNotify) {
  auto done = std::make_unique<std::atomic<int>>(0);
  std::thread setter([flag = done.get()] {
    *flag = 1;
    flag->notify_one();  // the waiter may have seen the 1 already, and be gone
  });
  done->wait(0);
  done.reset();
  setter.join();
}

SCHEDULE_TEST(AtomicFlag, PassesAsALock) {
  std::atomic_flag is_taken;
  int value = 0;
  Twice([&] {
    while (is_taken.test_and_set(std::memory_order_acquire)) is_taken.wait(true, std::memory_order_relaxed);
    ++value;
    is_taken.clear(std::memory_order_release);
    is_taken.notify_one();
  });
  EXPECT_EQ(value, 2);
  EXPECT_FALSE(is_taken.test());
}
SCHEDULE_TEST(AtomicFlag, RacesWithRelaxedClear) {
  std::atomic_flag is_taken;
  int value = 0;
  Twice([&] {
    while (is_taken.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    ++value;
    is_taken.clear(std::memory_order_relaxed);
  });
}
SCHEDULE_TEST(AtomicFlag, DeadlocksClearedWithoutNotify) {
  std::atomic_flag is_taken;
  Twice([&] {
    while (is_taken.test_and_set()) is_taken.wait(true);
    is_taken.clear();
  });
}

SCHEDULE_TEST(AtomicRef, PassesAdditions) {
  int value = 0;
  Twice([&] { std::atomic_ref<int>{value}.fetch_add(1); });
  EXPECT_EQ(value, 2);
}
SCHEDULE_TEST(AtomicRef, RacesWithAPlainAccess) {
  int value = 0;
  std::thread other([&] { std::atomic_ref<int>{value}.fetch_add(1); });
  ++value;
  other.join();
}
SCHEDULE_TEST(AtomicRef, DeadlocksWithoutNotify) {
  int value = 0;
  std::thread setter([&] { std::atomic_ref<int>{value} = 1; });
  std::atomic_ref<int>{value}.wait(0);
  setter.join();
}
SCHEDULE_TEST(AtomicRef, OutlivesItsObject) {
  auto* value = new int(0);
  std::atomic_ref<int> reference(*value);
  delete value;
  ++reference;
}

SCHEDULE_TEST(AtomicSharedPtr, PassesReplacement) {
  std::atomic<std::shared_ptr<const std::string>> current = std::make_shared<const std::string>("old");
  std::thread writer([&] { current = std::make_shared<const std::string>("new"); });
  const std::shared_ptr<const std::string> seen = current.load();
  EXPECT_EQ(seen->size(), 3u);
  SOMETIMES(*seen == "old");
  SOMETIMES(*seen == "new");
  writer.join();
  std::shared_ptr<const std::string> expected = current.load();
  EXPECT_TRUE(current.compare_exchange_strong(expected, std::shared_ptr<const std::string>()));
  EXPECT_EQ(current.load(), nullptr);
}
SCHEDULE_TEST(AtomicSharedPtr, FailsAsTwoOperations) {
  std::atomic<std::shared_ptr<int>> current = std::make_shared<int>(0);
  Twice([&] { current = std::make_shared<int>(*current.load() + 1); });
  EXPECT_EQ(*current.load(), 2);
}
SCHEDULE_TEST(AtomicSharedPtr, RacesOnWhatItPointsTo) {
  std::atomic<std::shared_ptr<int>> current = std::make_shared<int>(0);
  Twice([&] { ++*current.load(); });
}
SCHEDULE_TEST(AtomicSharedPtr, DeadlocksNeverNotified) {
  std::atomic<std::shared_ptr<int>> current;
  std::thread writer([&] { current = std::make_shared<int>(1); });
  current.wait(nullptr);
  writer.join();
}
SCHEDULE_TEST(AtomicSharedPtr, OutlivedByARawPointer) {
  std::atomic<std::shared_ptr<int>> current = std::make_shared<int>(1);
  int* raw = current.load().get();
  current = std::shared_ptr<int>();
  EXPECT_EQ(*raw, 1);
}

SCHEDULE_TEST(Fences, PassesReleaseAndAcquire) {
  int data = 0;
  std::atomic<bool> is_ready = false;
  std::thread writer([&] {
    data = 1;
    std::atomic_thread_fence(std::memory_order_release);
    is_ready.store(true, std::memory_order_relaxed);
  });
  if (is_ready.load(std::memory_order_relaxed)) {
    std::atomic_thread_fence(std::memory_order_acquire);
    EXPECT_EQ(data, 1);
    SOMETIMES(data == 1);
  }
  writer.join();
}
SCHEDULE_TEST(Fences, RacesOnTheWrongSide) {
  int data = 0;
  std::atomic<bool> is_ready = false;
  std::thread writer([&] {
    data = 1;
    is_ready.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
  });
  if (is_ready.load(std::memory_order_relaxed)) {
    std::atomic_thread_fence(std::memory_order_acquire);
    SOMETIMES(data == 1);
  }
  writer.join();
}
SCHEDULE_TEST(Fences, RacesAsASignalFence) {
  int data = 0;
  std::atomic<bool> is_ready = false;
  std::thread writer([&] {
    data = 1;
    std::atomic_signal_fence(std::memory_order_release);
    is_ready.store(true, std::memory_order_relaxed);
  });
  if (is_ready.load(std::memory_order_relaxed)) {
    std::atomic_signal_fence(std::memory_order_acquire);
    SOMETIMES(data == 1);
  }
  writer.join();
}

// Once.

SCHEDULE_TEST(PthreadOnce, PassesOnce) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static int calls;
  Twice([] {
    EXPECT_EQ(pthread_once(&once, [] { ++calls; }), 0);
    EXPECT_EQ(calls, 1);
  });
}
SCHEDULE_TEST(PthreadOnce, RacesBeforeIt) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static int made;
  Twice([] {
    if (made == 0) pthread_once(&once, [] { made = 1; });
  });
}
SCHEDULE_TEST(PthreadOnce, DeadlocksRecursion) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, [] { pthread_once(&once, [] {}); });
}
SCHEDULE_TEST(PthreadOnce, DeadlocksWaitingForACaller) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, [] { std::thread([] { pthread_once(&once, [] {}); }).join(); });
}

SCHEDULE_TEST(CallOnce, FailsWithAFlagOfItsOwn) {
  std::atomic<int> calls = 0;
  Twice([&] {
    std::once_flag flag;
    std::call_once(flag, [&] { ++calls; });
  });
  EXPECT_EQ(calls, 1);
}
SCHEDULE_TEST(CallOnce, DeadlocksInOppositeOrders) {
  static std::once_flag a;
  static std::once_flag b;
  std::thread other([] { std::call_once(a, [] { std::call_once(b, [] {}); }); });
  std::call_once(b, [] { std::call_once(a, [] {}); });
  other.join();
}

namespace {
struct Second;
struct First {
  First();
};
struct Second {
  Second();
};
First& TheFirst() {
  static First first;
  return first;
}
Second& TheSecond() {
  static Second second;
  return second;
}
First::First() { TheSecond(); }
Second::Second() {}
int CountDown(int n) {
  static int start = n > 0 ? CountDown(n - 1) : 0;
  return start;
}
std::mutex static_mutex;
struct TakesTheMutex {
  TakesTheMutex() { std::lock_guard lock(static_mutex); }
};
void UseTakesTheMutex() {
  static TakesTheMutex object;
  (void)object;
}
}  // namespace

SCHEDULE_TEST(LocalStatic, PassesOneInAnother) {
  Twice([] {
    TheFirst();
    TheSecond();
  });
}
SCHEDULE_TEST(LocalStatic, DeadlocksWithAMutex) {
  std::thread other([] { UseTakesTheMutex(); });
  {
    std::lock_guard lock(static_mutex);
    UseTakesTheMutex();
  }
  other.join();
}
SCHEDULE_TEST(LocalStatic, DeadlocksRecursion) { CountDown(1); }

SCHEDULE_TEST(ThreadLocals, OutlivedByAPointer) {
  static std::atomic<std::string*> name;
  std::thread([] {
    thread_local std::string mine = "a name that is too long for the string itself";
    name = &mine;
  }).join();
  EXPECT_EQ(name.load()->size(), 45u);
}
