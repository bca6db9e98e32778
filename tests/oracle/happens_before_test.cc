// Convinces by table: each rule of the standard that the oracle encodes has a trace in which it orders two accesses,
// and one next to it in which it must not.
#include "tests/oracle/happens_before.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace racecourse::oracle {
namespace {

constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
constexpr std::memory_order kAcquire = std::memory_order_acquire;
constexpr std::memory_order kRelease = std::memory_order_release;
constexpr std::memory_order kAcqRel = std::memory_order_acq_rel;
constexpr std::memory_order kSeqCst = std::memory_order_seq_cst;
constexpr std::uint64_t kX = 0;
constexpr std::uint64_t kA = 16;
constexpr std::uint64_t kB = 24;

struct Case {
  std::string name;
  Trace trace;
  std::vector<Race> races;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Oracle : public ::testing::TestWithParam<Case> {};

TEST_P(Oracle, FindsExactlyTheRaces) {
  EXPECT_EQ(DataRaces(GetParam().trace), GetParam().races) << ToString(GetParam().trace);
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

// [intro.races] p2, p21: what conflicts, and that one side must be plain.
INSTANTIATE_TEST_SUITE_P(
    Conflicts, Oracle,
    ::testing::Values(
        Case{"TwoWritesOfTwoThreadsRace", {{0, Write(kX)}, {1, Write(kX)}}, {{0, 1}}},
        Case{"WriteAndReadRace", {{0, Write(kX)}, {1, Read(kX)}}, {{0, 1}}},
        Case{"ReadAndWriteRace", {{0, Read(kX)}, {1, Write(kX)}}, {{0, 1}}},
        Case{"TwoReadsDoNotConflict", {{0, Read(kX)}, {1, Read(kX)}}, {}},
        Case{"ProgramOrderOrders", {{0, Write(kX)}, {0, Write(kX)}, {0, Read(kX)}}, {}},
        Case{"OneByteInCommonIsEnough", {{0, Write(0, 4)}, {1, Read(3, 2)}}, {{0, 1}}},
        Case{"NeighboursDoNotConflict", {{0, Write(0, 4)}, {1, Write(4, 4)}, {1, Write(8, 1)}}, {}},
        Case{"ByteInsideWord", {{0, Write(5, 1)}, {1, Read(0, 8)}}, {{0, 1}}},
        Case{"AccessAcrossTwoGranules", {{0, Write(4, 8)}, {1, Read(8, 1)}, {1, Read(12, 1)}}, {{0, 1}}},
        Case{"EveryPairIsReported", {{0, Write(kX)}, {1, Write(kX)}, {2, Read(kX)}}, {{0, 1}, {0, 2}, {1, 2}}},
        Case{"TwoAtomicsDoNotRace", {{0, Store(kA, kRelaxed)}, {1, Store(kA, kRelaxed)}, {1, Rmw(kA, kRelaxed)}}, {}},
        Case{"AtomicAndPlainRace", {{0, Store(kA, kSeqCst)}, {1, Read(kA)}}, {{0, 1}}},
        Case{"PlainAndAtomicRace", {{0, Write(kA)}, {1, Load(kA, kSeqCst)}}, {{0, 1}}},
        Case{"RmwIsAWrite", {{0, Rmw(kA, kRelaxed)}, {1, Read(kA)}}, {{0, 1}}},
        Case{"AtomicLoadAndPlainReadDoNotConflict", {{0, Load(kA, kRelaxed)}, {1, Read(kA)}}, {}}),
    NameOf);

// [thread.thread.constr], [thread.thread.member], [thread.mutex.requirements.mutex].
INSTANTIATE_TEST_SUITE_P(
    ThreadsAndMutexes, Oracle,
    ::testing::Values(
        Case{"CreateOrdersWhatCameBefore", {{0, Write(kX)}, {0, Create(1)}, {1, Write(kX)}}, {}},
        Case{"CreateDoesNotOrderWhatComesAfter", {{0, Create(1)}, {0, Write(kX)}, {1, Write(kX)}}, {{1, 2}}},
        Case{"JoinOrdersTheWholeThread", {{1, Write(kX)}, {1, Fence(kRelaxed)}, {0, Join(1)}, {0, Read(kX)}}, {}},
        Case{"JoinOrdersOnlyTheJoiner", {{1, Write(kX)}, {0, Join(1)}, {2, Read(kX)}}, {{0, 2}}},
        Case{"JoinPassesOnByCreate", {{1, Write(kX)}, {0, Join(1)}, {0, Create(2)}, {2, Write(kX)}}, {}},
        Case{"JoinPassesOnTheCreationOfAThreadThatDidNothing",
             {{0, Write(kX)}, {0, Create(2)}, {1, Join(2)}, {1, Read(kX)}},
             {}},
        Case{"MutexOrdersCriticalSections",
             {{0, Lock(1)}, {0, Write(kX)}, {0, Unlock(1)}, {1, Lock(1)}, {1, Write(kX)}, {1, Unlock(1)}},
             {}},
        Case{"MutexOrdersWhatCameBeforeTheUnlock",
             {{0, Write(kX)}, {0, Lock(1)}, {0, Unlock(1)}, {1, Lock(1)}, {1, Read(kX)}},
             {}},
        Case{"MutexDoesNotOrderWhatComesAfterTheUnlock",
             {{0, Lock(1)}, {0, Unlock(1)}, {0, Write(kX)}, {1, Lock(1)}, {1, Read(kX)}},
             {{2, 4}}},
        Case{"TwoMutexesOrderNothing",
             {{0, Lock(1)}, {0, Write(kX)}, {0, Unlock(1)}, {1, Lock(2)}, {1, Write(kX)}},
             {{1, 4}}},
        Case{"MutexesPassOrderOn",
             {{0, Write(kX)}, {0, Lock(1)}, {0, Unlock(1)}, {1, Lock(1)}, {1, Unlock(1)}, {2, Lock(1)}, {2, Read(kX)}},
             {}},
        Case{"OrderIsTransitiveOverTwoMutexes",
             {{0, Write(kX)},
              {0, Lock(1)},
              {0, Unlock(1)},
              {1, Lock(1)},
              {1, Lock(2)},
              {1, Unlock(2)},
              {2, Lock(2)},
              {2, Read(kX)}},
             {}}),
    NameOf);

// One message passed: the writer's data, then its flag; the reader's flag, then its data.
Case Message(std::string name, Instruction store, Instruction load, bool races) {
  Case c{std::move(name), {{0, Write(kX)}, {0, store}, {1, load}, {1, Read(kX)}}, {}};
  if (races) c.races = {{0, 3}};
  return c;
}

// [atomics.order] p2.
INSTANTIATE_TEST_SUITE_P(
    Orders, Oracle,
    ::testing::Values(
        Message("AcquireLoadOfReleaseStoreOrders", Store(kA, kRelease), Load(kA, kAcquire), false),
        Message("SeqCstIsBoth", Store(kA, kSeqCst), Load(kA, kSeqCst), false),
        Message("RelaxedLoadDoesNot", Store(kA, kRelease), Load(kA, kRelaxed), true),
        Message("RelaxedStoreDoesNot", Store(kA, kRelaxed), Load(kA, kAcquire), true),
        Message("OtherObjectDoesNot", Store(kA, kRelease), Load(kB, kAcquire), true),
        Message("AcqRelRmwReleases", Rmw(kA, kAcqRel), Load(kA, kAcquire), false),
        Message("AcqRelRmwAcquires", Store(kA, kRelease), Rmw(kA, kAcqRel), false),
        Message("AcquireRmwDoesNotRelease", Rmw(kA, kAcquire), Load(kA, kAcquire), true),
        Message("ReleaseRmwDoesNotAcquire", Store(kA, kRelease), Rmw(kA, kRelease), true),
        // The store synchronizes with the load, so the load itself comes after the plain write to its own object.
        Case{"AcquireLoadIsItselfOrdered", {{0, Write(kA)}, {0, Store(kA, kRelease)}, {1, Load(kA, kAcquire)}}, {}},
        Case{"RelaxedLoadIsNotItselfOrdered",
             {{0, Write(kA)}, {0, Store(kA, kRelease)}, {1, Load(kA, kRelaxed)}},
             {{0, 2}}},
        Case{"LoadBeforeTheStoreReadsTheInitialValue",
             {{1, Load(kA, kAcquire)}, {0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Read(kX)}},
             {{1, 3}}},
        Case{"OverwrittenReleaseStoreOrdersNothing",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {2, Store(kA, kRelease)},
              {1, Load(kA, kAcquire)},
              {1, Read(kX)}},
             {{0, 4}}},
        Case{"WhatComesAfterTheStoreIsNotOrdered",
             {{0, Store(kA, kRelease)}, {0, Write(kX)}, {1, Load(kA, kAcquire)}, {1, Read(kX)}},
             {{1, 3}}},
        Case{"OrderIsTransitiveOverTwoFlags",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {1, Load(kA, kAcquire)},
              {1, Store(kB, kRelease)},
              {2, Load(kB, kAcquire)},
              {2, Read(kX)}},
             {}},
        Case{"RelaxedMiddlemanBreaksTheChain",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {1, Load(kA, kRelaxed)},
              {1, Store(kB, kRelease)},
              {2, Load(kB, kAcquire)},
              {2, Read(kX)}},
             {{0, 5}}},
        // An atomic that was set up plainly, and published in another way.
        Case{"PlainStoreIsNoReleaseStore",
             {{0, Lock(1)},
              {0, Write(kA)},
              {0, Unlock(1)},
              {0, Write(kX)},
              {1, Lock(1)},
              {1, Load(kA, kAcquire)},
              {1, Read(kX)}},
             {{3, 6}}}),
    NameOf);

// [intro.races] p5.
INSTANTIATE_TEST_SUITE_P(
    ReleaseSequences, Oracle,
    ::testing::Values(
        Case{"RmwOfAnotherThreadContinues",
             {{0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Rmw(kA, kRelaxed)}, {2, Load(kA, kAcquire)}, {2, Read(kX)}},
             {}},
        Case{"ManyRmwsContinue",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {1, Rmw(kA, kRelaxed)},
              {0, Rmw(kA, kRelaxed)},
              {1, Rmw(kA, kRelease)},
              {2, Load(kA, kAcquire)},
              {2, Read(kX)}},
             {}},
        Case{"RelaxedRmwPublishesNothingOfItsOwn",
             {{0, Store(kA, kRelease)}, {1, Write(kX)}, {1, Rmw(kA, kRelaxed)}, {2, Load(kA, kAcquire)}, {2, Read(kX)}},
             {{1, 4}}},
        Case{"ReleaseRmwHeadsItsOwnToo",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {1, Write(4)},
              {1, Rmw(kA, kRelease)},
              {2, Load(kA, kAcquire)},
              {2, Read(kX)},
              {2, Read(4)}},
             {}},
        Case{"StoreOfAnotherThreadEnds",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {1, Store(kA, kRelaxed)},
              {2, Load(kA, kAcquire)},
              {2, Read(kX)}},
             {{0, 4}}},
        // Until C++17 this store continued the sequence.
        Case{"StoreOfTheSameThreadEnds",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {0, Store(kA, kRelaxed)},
              {1, Load(kA, kAcquire)},
              {1, Read(kX)}},
             {{0, 4}}},
        Case{"RmwAfterAForeignStoreContinuesOnlyThat",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {1, Store(kA, kRelaxed)},
              {0, Rmw(kA, kRelaxed)},
              {2, Load(kA, kAcquire)},
              {2, Read(kX)}},
             {{0, 5}}}),
    NameOf);

// [atomics.fences].
INSTANTIATE_TEST_SUITE_P(
    Fences, Oracle,
    ::testing::Values(
        Case{"FenceToFence",  // p2
             {{0, Write(kX)},
              {0, Fence(kRelease)},
              {0, Store(kA, kRelaxed)},
              {1, Load(kA, kRelaxed)},
              {1, Fence(kAcquire)},
              {1, Read(kX)}},
             {}},
        Case{"FenceToAcquireLoad",  // p3
             {{0, Write(kX)}, {0, Fence(kRelease)}, {0, Store(kA, kRelaxed)}, {1, Load(kA, kAcquire)}, {1, Read(kX)}},
             {}},
        Case{"ReleaseStoreToFence",  // p4
             {{0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Load(kA, kRelaxed)}, {1, Fence(kAcquire)}, {1, Read(kX)}},
             {}},
        Case{"SeqCstFencesAreBoth",
             {{0, Write(kX)},
              {0, Fence(kSeqCst)},
              {0, Store(kA, kRelaxed)},
              {1, Load(kA, kRelaxed)},
              {1, Fence(kSeqCst)},
              {1, Read(kX)}},
             {}},
        Case{"FencesAloneOrderNothing",
             {{0, Write(kX)}, {0, Fence(kSeqCst)}, {1, Fence(kSeqCst)}, {1, Read(kX)}},
             {{0, 3}}},
        Case{"AcquireFenceDoesNotRelease",
             {{0, Write(kX)}, {0, Fence(kAcquire)}, {0, Store(kA, kRelaxed)}, {1, Load(kA, kAcquire)}, {1, Read(kX)}},
             {{0, 4}}},
        Case{"ReleaseFenceDoesNotAcquire",
             {{0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Load(kA, kRelaxed)}, {1, Fence(kRelease)}, {1, Read(kX)}},
             {{0, 4}}},
        Case{"ReleaseFenceAfterTheStoreIsTooLate",
             {{0, Write(kX)}, {0, Store(kA, kRelaxed)}, {0, Fence(kRelease)}, {1, Load(kA, kAcquire)}, {1, Read(kX)}},
             {{0, 4}}},
        Case{"AcquireFenceBeforeTheLoadIsTooEarly",
             {{0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Fence(kAcquire)}, {1, Load(kA, kRelaxed)}, {1, Read(kX)}},
             {{0, 4}}},
        Case{"WriteBetweenFenceAndStoreIsNotOrdered",
             {{0, Fence(kRelease)}, {0, Write(kX)}, {0, Store(kA, kRelaxed)}, {1, Load(kA, kAcquire)}, {1, Read(kX)}},
             {{1, 4}}},
        Case{"ReadBetweenLoadAndFenceIsNotOrdered",
             {{0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Load(kA, kRelaxed)}, {1, Read(kX)}, {1, Fence(kAcquire)}},
             {{0, 3}}},
        Case{"HypotheticalReleaseSequenceContinues",
             {{0, Write(kX)},
              {0, Fence(kRelease)},
              {0, Store(kA, kRelaxed)},
              {1, Rmw(kA, kRelaxed)},
              {2, Load(kA, kAcquire)},
              {2, Read(kX)}},
             {}},
        Case{"ReleaseFenceCoversLaterStoresToo",
             {{0, Write(kX)},
              {0, Fence(kRelease)},
              {0, Store(kB, kRelaxed)},
              {0, Store(kA, kRelaxed)},
              {1, Load(kA, kAcquire)},
              {1, Read(kX)}},
             {}},
        Case{"ReleaseFenceBeforeRelaxedRmwPublishes",
             {{0, Write(kX)}, {0, Fence(kRelease)}, {0, Rmw(kA, kRelaxed)}, {1, Load(kA, kAcquire)}, {1, Read(kX)}},
             {}},
        Case{"RelaxedRmwThenAcquireFenceAcquires",
             {{0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Rmw(kA, kRelaxed)}, {1, Fence(kAcquire)}, {1, Read(kX)}},
             {}},
        Case{"OneAcquireFenceServesManyLoads",
             {{0, Write(kX)},
              {0, Store(kA, kRelease)},
              {2, Write(4)},
              {2, Store(kB, kRelease)},
              {1, Load(kA, kRelaxed)},
              {1, Load(kB, kRelaxed)},
              {1, Fence(kAcquire)},
              {1, Read(0, 8)}},
             {}}),
    NameOf);

TEST(HappensBefore, IsAStrictOrderAlongTheTrace) {
  const Trace trace = {{0, Write(kX)}, {0, Store(kA, kRelease)}, {1, Load(kA, kAcquire)}, {1, Read(kX)}, {2, Read(4)}};
  const HappensBefore happens_before(trace);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) EXPECT_FALSE(happens_before.Ordered(i, j)) << i << " " << j;
    if (i < 4) EXPECT_FALSE(happens_before.Ordered(i, 4));
  }
  EXPECT_TRUE(happens_before.Ordered(0, 3));
}

TEST(ReadsFrom, IsTheLatestOverlappingModification) {
  const Trace trace = {
      {0, Store(kA, kRelaxed)}, {0, Store(kB, kRelaxed)}, {1, Load(kA, kRelaxed)}, {1, Load(32, kRelaxed)}};
  EXPECT_EQ(ReadsFrom(trace, 2), 0u);
  EXPECT_EQ(ReadsFrom(trace, 3), std::nullopt);
}

}  // namespace
}  // namespace racecourse::oracle
