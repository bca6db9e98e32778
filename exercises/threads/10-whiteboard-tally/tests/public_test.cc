// The tests you can read. Each body runs once per schedule: the framework decides again and again,
// and differently each time, which thread moves next. What a body expects is true in every schedule
// of a right program; it never depends on who was quicker.

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

SCHEDULE_TEST(TallyAlone, KeepsOneTotalPerSubject) {
  const auto tally = MakeTally(1);
  tally->add(0, 5);
  tally->add(3, 1);
  tally->add(0, 2);
  EXPECT_EQ(tally->total(0), 7);
  EXPECT_EQ(tally->total(1), 0);
  EXPECT_EQ(tally->total(3), 1);
}

SCHEDULE_TEST(TallyAlone, AddsNegativeAndLargeNumbers) {
  const auto tally = MakeTally(1);
  tally->add(1, 5'000'000'000);
  tally->add(1, -1);
  tally->add(2, -3);
  EXPECT_EQ(tally->total(1), 4'999'999'999);
  EXPECT_EQ(tally->total(2), -3);
}

SCHEDULE_TEST(TallyAlone, SnapshotListsEverySubject) {
  const auto tally = MakeTally(1);
  EXPECT_EQ(tally->snapshot(), (std::vector<std::int64_t>{0, 0, 0, 0}));
  tally->add(1, 4);
  tally->add(2, 6);
  EXPECT_EQ(tally->snapshot(), (std::vector<std::int64_t>{0, 4, 6, 0}));
}

SCHEDULE_TEST(Tally, LosesNoMark) {
  const auto tally = MakeTally(2);
  std::thread ada([&] {
    tally->add(0, 1);
    tally->add(0, 1);
  });
  std::thread ben([&] { tally->add(0, 1); });
  ada.join();
  ben.join();
  EXPECT_EQ(tally->total(0), 3) << "three marks were made";
}

SCHEDULE_TEST(Tally, SubjectsDoNotDisturbEachOther) {
  const auto tally = MakeTally(2);
  std::thread ada([&] {
    tally->add(0, 10);
    tally->add(1, 1);
  });
  std::thread ben([&] {
    tally->add(1, 2);
    tally->add(0, 20);
  });
  ada.join();
  ben.join();
  EXPECT_EQ(tally->snapshot(), (std::vector<std::int64_t>{30, 3, 0, 0}));
}

SCHEDULE_TEST(Tally, ServesEightThreads) {
  const auto tally = MakeTally(8);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&tally] { tally->add(2, 1); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(tally->total(2), 8) << "eight marks were made";
}

SCHEDULE_TEST(SpinFlag, TryLockRefusesWhileHeld) {
  const auto flag = MakeSpinFlag();
  flag->lock();
  EXPECT_FALSE(flag->try_lock()) << "the flag is up already";
  flag->unlock();
  EXPECT_TRUE(flag->try_lock()) << "the flag was down and nobody else wants it";
  flag->unlock();
  flag->lock();
  flag->unlock();
}

// `inside` is atomic, so that this test asks one thing only: can two threads be inside together?
SCHEDULE_TEST(SpinFlag, LetsInOneThreadAtATime) {
  const auto flag = MakeSpinFlag();
  std::atomic<int> inside{0};
  const auto visit = [&] {
    flag->lock();
    EXPECT_EQ(inside.fetch_add(1), 0) << "another thread holds the flag too";
    inside.fetch_sub(1);
    flag->unlock();
  };
  std::thread ada(visit);
  std::thread ben(visit);
  ada.join();
  ben.join();
}

SCHEDULE_TEST(SpinFlag, TryLockKeepsOthersOut) {
  const auto flag = MakeSpinFlag();
  std::atomic<int> inside{0};
  std::thread ada([&] {
    flag->lock();
    EXPECT_EQ(inside.fetch_add(1), 0) << "another thread holds the flag too";
    inside.fetch_sub(1);
    flag->unlock();
  });
  std::thread ben([&] {
    if (!flag->try_lock()) return;
    EXPECT_EQ(inside.fetch_add(1), 0) << "another thread holds the flag too";
    inside.fetch_sub(1);
    flag->unlock();
  });
  ada.join();
  ben.join();
}

SCHEDULE_TEST(ParallelSum, OneThreadAddsUp) {
  const std::array<std::int64_t, 4> numbers{1, 20, -300, 4000};
  EXPECT_EQ(ParallelSum(numbers, 1), 3721);
}

SCHEDULE_TEST(ParallelSum, TwoThreadsAddUp) {
  const std::array<std::int64_t, 4> numbers{1, 20, 300, 4000};
  EXPECT_EQ(ParallelSum(numbers, 2), 4321);
}

SCHEDULE_TEST(ParallelSum, ThreeThreadsAddUp) {
  const std::array<std::int64_t, 6> numbers{1, 20, 300, 4000, 50'000, 600'000};
  EXPECT_EQ(ParallelSum(numbers, 3), 654'321);
}

}  // namespace
}  // namespace exercise
