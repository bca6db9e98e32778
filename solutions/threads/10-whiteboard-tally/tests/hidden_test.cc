// The tests that students do not see. As in the public ones, all that is expected holds in every
// schedule of a right program.

#include <array>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

SCHEDULE_TEST(Reader, SeesTotalsGrow) {
  const auto tally = MakeTally(1);
  std::thread writer([&] {
    tally->add(0, 1);
    tally->add(0, 1);
  });
  const std::int64_t before = tally->total(0);
  const std::int64_t after = tally->total(0);
  EXPECT_GE(before, 0);
  EXPECT_LE(before, after) << "marks are only ever added here";
  EXPECT_LE(after, 2);
  writer.join();
  EXPECT_EQ(tally->total(0), 2);
}

SCHEDULE_TEST(Reader, WatchesTwoWriters) {
  const auto tally = MakeTally(2);
  std::thread ada([&] { tally->add(1, 10); });
  std::thread ben([&] { tally->add(1, 1); });
  const std::int64_t seen = tally->total(1);
  EXPECT_TRUE(seen == 0 || seen == 1 || seen == 10 || seen == 11) << "seen: " << seen;
  ada.join();
  ben.join();
  EXPECT_EQ(tally->total(1), 11);
}

// The writer marks subject 0, then subject 1. At every moment subject 0 is level or one ahead.
SCHEDULE_TEST(Snapshot, ShowsOneMoment) {
  const auto tally = MakeTally(1);
  std::thread writer([&] {
    tally->add(0, 1);
    tally->add(1, 1);
    tally->add(0, 1);
    tally->add(1, 1);
  });
  const std::vector<std::int64_t> seen = tally->snapshot();
  writer.join();
  EXPECT_EQ(seen.size(), kSubjectCount);
  const std::int64_t ahead = seen.at(0) - seen.at(1);
  EXPECT_TRUE(ahead == 0 || ahead == 1) << "subject 0 stands at " << seen.at(0) << " and subject 1 at " << seen.at(1)
                                        << ": the two never stood like that at one moment";
}

// Two threads each move points from one subject to another by two marks. In a snapshot each move is
// not begun, half done or done.
SCHEDULE_TEST(Snapshot, ShowsOneMomentOfTwoWriters) {
  const auto tally = MakeTally(2);
  std::thread ada([&] {
    tally->add(0, -1);
    tally->add(1, 1);
  });
  std::thread ben([&] {
    tally->add(2, -1);
    tally->add(3, 1);
  });
  const std::vector<std::int64_t> seen = tally->snapshot();
  ada.join();
  ben.join();
  EXPECT_LE(seen.at(1), -seen.at(0)) << "the second mark shows, the first does not";
  EXPECT_LE(seen.at(3), -seen.at(2)) << "the second mark shows, the first does not";
  EXPECT_EQ(tally->snapshot(), (std::vector<std::int64_t>{-1, 1, -1, 1}));
}

SCHEDULE_TEST(Snapshot, NeverGoesBack) {
  const auto tally = MakeTally(1);
  std::thread writer([&] {
    tally->add(0, 1);
    tally->add(3, 1);
  });
  const std::vector<std::int64_t> first = tally->snapshot();
  const std::vector<std::int64_t> second = tally->snapshot();
  writer.join();
  for (std::uint32_t subject = 0; subject < kSubjectCount; ++subject) {
    EXPECT_LE(first.at(subject), second.at(subject)) << "subject " << subject;
  }
}

// `written` is an ordinary variable: only the flag puts one visit after the other, and makes what
// the earlier visitor wrote known to the later one.
SCHEDULE_TEST(SpinFlagOrder, WhatOneWritesTheNextReads) {
  const auto flag = MakeSpinFlag();
  int written = 0;
  const auto visit = [&] {
    flag->lock();
    written = written + 1;
    flag->unlock();
  };
  std::thread ada(visit);
  std::thread ben(visit);
  ada.join();
  ben.join();
  EXPECT_EQ(written, 2);
}

SCHEDULE_TEST(SpinFlagOrder, TryLockReadsItToo) {
  const auto flag = MakeSpinFlag();
  int written = 0;
  bool counted = false;
  std::thread ada([&] {
    flag->lock();
    written = written + 1;
    flag->unlock();
  });
  std::thread ben([&] {
    if (!flag->try_lock()) return;
    written = written + 1;
    flag->unlock();
    counted = true;
  });
  ada.join();
  ben.join();
  EXPECT_EQ(written, counted ? 2 : 1);
}

SCHEDULE_TEST(SpinFlagOrder, ServesManyVisits) {
  const auto flag = MakeSpinFlag();
  int written = 0;
  const auto visit_twice = [&] {
    for (int i = 0; i < 2; ++i) {
      flag->lock();
      written = written + 1;
      flag->unlock();
    }
  };
  std::thread ada(visit_twice);
  std::thread ben(visit_twice);
  ada.join();
  ben.join();
  EXPECT_EQ(written, 4);
}

SCHEDULE_TEST(ParallelSumEdges, NothingSumsToZero) {
  EXPECT_EQ(ParallelSum(std::span<const std::int64_t>(), 1), 0);
  EXPECT_EQ(ParallelSum(std::span<const std::int64_t>(), 3), 0);
}

SCHEDULE_TEST(ParallelSumEdges, MoreThreadsThanNumbers) {
  const std::array<std::int64_t, 2> numbers{7, 30};
  EXPECT_EQ(ParallelSum(numbers, 4), 37);
}

SCHEDULE_TEST(ParallelSumEdges, SharesThatDoNotComeOutEven) {
  const std::array<std::int64_t, 5> numbers{1, 20, 300, 4000, 50'000};
  EXPECT_EQ(ParallelSum(numbers, 3), 54'321);
}

}  // namespace
}  // namespace exercise
