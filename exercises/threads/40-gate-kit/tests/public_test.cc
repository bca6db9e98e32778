// The tests you can read. Each body runs once per schedule: the framework decides again and again,
// and differently each time, which thread moves next, which waiting thread a notification wakes, and
// whether one wakes for no reason at all. What a body expects is true in every schedule of a right
// program.
//
// The clock is virtual. It stands still while threads work, and jumps forward when a timeout ends.

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

SCHEDULE_TEST(SemAlone, CountsItsPermits) {
  const auto sem = MakeSem(2);
  sem->acquire();
  sem->acquire();
  EXPECT_FALSE(sem->try_acquire_for(0ms)) << "both permits are taken";
  sem->release();
  EXPECT_TRUE(sem->try_acquire_for(0ms)) << "one permit has come back";
  EXPECT_FALSE(sem->try_acquire_for(0ms)) << "and is taken again";
}

SCHEDULE_TEST(SemAlone, MayBeginEmptyAndGrow) {
  const auto sem = MakeSem(0);
  EXPECT_FALSE(sem->try_acquire_for(0ms)) << "the semaphore began with no permits";
  sem->release(3);
  sem->acquire();
  sem->acquire();
  EXPECT_TRUE(sem->try_acquire_for(0ms)) << "release(3) brings three permits";
  EXPECT_FALSE(sem->try_acquire_for(0ms)) << "release(3) brings no more than three permits";
}

SCHEDULE_TEST(Sem, AcquireWaitsForThePermit) {
  const auto sem = MakeSem(0);
  std::atomic<bool> released{false};
  std::thread ada([&] {
    released = true;
    sem->release();
  });
  sem->acquire();
  EXPECT_TRUE(released.load()) << "there was no permit before release";
  ada.join();
}

// With one permit a semaphore is a lock.
SCHEDULE_TEST(Sem, OnePermitLetsInOneThread) {
  const auto sem = MakeSem(1);
  std::atomic<int> inside{0};
  const auto visit = [&] {
    sem->acquire();
    EXPECT_EQ(inside.fetch_add(1), 0) << "there is one permit, and another thread has it";
    inside.fetch_sub(1);
    sem->release();
  };
  std::thread ada(visit);
  std::thread ben(visit);
  std::thread eve(visit);
  ada.join();
  ben.join();
  eve.join();
}

SCHEDULE_TEST(Sem, TwoPermitsLetInTwoThreads) {
  const auto sem = MakeSem(2);
  std::atomic<int> inside{0};
  const auto visit = [&] {
    sem->acquire();
    const int together = inside.fetch_add(1) + 1;
    EXPECT_LE(together, 2) << "there are two permits";
    SOMETIMES(together == 2);
    inside.fetch_sub(1);
    sem->release();
  };
  std::thread ada(visit);
  std::thread ben(visit);
  std::thread eve(visit);
  ada.join();
  ben.join();
  eve.join();
}

SCHEDULE_TEST(Timeout, TakesWhatIsThere) {
  const auto sem = MakeSem(2);
  const Clock::time_point begin = Clock::now();
  EXPECT_TRUE(sem->try_acquire_for(5ms));
  EXPECT_TRUE(sem->try_acquire_for(0ms));
  EXPECT_LT(Clock::now() - begin, 5ms) << "there was no need to wait";
}

SCHEDULE_TEST(Timeout, GivesUpWhenTheTimeIsUp) {
  const auto sem = MakeSem(0);
  const Clock::time_point begin = Clock::now();
  EXPECT_FALSE(sem->try_acquire_for(5ms)) << "nobody ever released";
  EXPECT_GE(Clock::now() - begin, 5ms) << "gave up too early";
}

// The permit may come too late. But then it must be there for the next one.
SCHEDULE_TEST(Timeout, LosesNoPermit) {
  const auto sem = MakeSem(0);
  std::thread ada([&] { sem->release(); });
  const bool in_time = sem->try_acquire_for(5ms);
  ada.join();
  const bool left_over = sem->try_acquire_for(0ms);
  EXPECT_NE(in_time, left_over) << "one permit was released, so one can be had";
}

SCHEDULE_TEST(Latch, OpensWhenAllHaveCountedDown) {
  const auto latch = MakeLatch(2);
  std::atomic<int> counted{0};
  const auto count_down = [&] {
    ++counted;
    latch->count_down();
  };
  std::thread ada(count_down);
  std::thread ben(count_down);
  latch->wait();
  EXPECT_EQ(counted.load(), 2) << "the latch opened before both had counted down";
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Latch, LetsAllThrough) {
  const auto latch = MakeLatch(1);
  std::thread ada([&] { latch->wait(); });
  std::thread ben([&] { latch->wait(); });
  latch->count_down();
  latch->wait();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Latch, StaysOpen) {
  const auto open = MakeLatch(0);
  open->wait();
  const auto latch = MakeLatch(1);
  latch->count_down();
  latch->wait();
  latch->wait();
}

SCHEDULE_TEST(Barrier, LetsNobodyThroughBeforeAllAreThere) {
  const auto barrier = MakeBarrier(3);
  std::atomic<int> arrived{0};
  const auto meet = [&] {
    ++arrived;
    EXPECT_EQ(barrier->arrive_and_wait(), 0u) << "this is the first phase";
    EXPECT_EQ(arrived.load(), 3) << "the barrier opened before all three had come";
  };
  std::thread ada(meet);
  std::thread ben(meet);
  meet();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Barrier, OfOneNeverWaits) {
  int phases_ended = 0;
  const auto barrier = MakeBarrier(1, [&] { ++phases_ended; });
  EXPECT_EQ(barrier->arrive_and_wait(), 0u);
  EXPECT_EQ(barrier->arrive_and_wait(), 1u);
  EXPECT_EQ(barrier->arrive_and_wait(), 2u);
  EXPECT_EQ(phases_ended, 3);
}

}  // namespace
}  // namespace exercise
