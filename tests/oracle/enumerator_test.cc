// Convinces by counting: what can be counted by a formula is, and every trace of a space is replayed against the rules
// that a trace must obey.
#include "tests/oracle/enumerator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace racecourse::oracle {
namespace {

std::vector<Trace> TracesOf(const Program& program) {
  std::vector<Trace> traces;
  ForEachTrace(program, [&](std::span<const Event> trace) { traces.emplace_back(trace.begin(), trace.end()); });
  return traces;
}

// Every REQUIRES of event.h.
::testing::AssertionResult IsLegal(std::span<const Event> trace) {
  std::map<std::uint64_t, int> owners;
  std::set<int> created, ran, joined;
  for (const Event& event : trace) {
    if (joined.contains(event.thread)) return ::testing::AssertionFailure() << "ran after its join";
    ran.insert(event.thread);
    const int other = static_cast<int>(event.what.object);
    switch (event.what.operation) {
      case Operation::kLock:
        if (!owners.emplace(event.what.object, event.thread).second)
          return ::testing::AssertionFailure() << "locked twice";
        break;
      case Operation::kUnlock:
        if (!owners.contains(event.what.object) || owners[event.what.object] != event.thread) {
          return ::testing::AssertionFailure() << "unlocked by another";
        }
        owners.erase(event.what.object);
        break;
      case Operation::kCreate:
        if (ran.contains(other) || !created.insert(other).second)
          return ::testing::AssertionFailure() << "created late";
        break;
      case Operation::kJoin:
        if (!joined.insert(other).second) return ::testing::AssertionFailure() << "joined twice";
        break;
      default:
        break;
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(Enumerator, CountsInterleavingsAsTheFormulaDoes) {
  // (2+2)! / (2! 2!) and (1+1+2)! / 2!.
  EXPECT_EQ(TracesOf({{Read(0), Write(0)}, {Write(0), Read(0)}}).size(), 6u);
  EXPECT_EQ(TracesOf({{Read(0)}, {Write(0)}, {Write(0), Read(0)}}).size(), 12u);
}

TEST(Enumerator, CountsProgramsAsTheFormulaDoes) {
  std::size_t traces = 0;
  std::set<Trace> distinct;
  ForEachTrace({"", {Read(0), Write(0), Write(4)}, {2, 1}}, [&](std::span<const Event> trace) {
    ++traces;
    distinct.insert(Trace(trace.begin(), trace.end()));
  });
  EXPECT_EQ(traces, 27u * 3);
  EXPECT_EQ(distinct.size(), traces);
}

TEST(Enumerator, KeepsCriticalSectionsApart) {
  const std::vector<Instruction> section = {Lock(1), Write(0), Unlock(1)};
  EXPECT_EQ(TracesOf({section, section}).size(), 2u);
}

TEST(Enumerator, EndsATraceWhereNobodyCanMove) {
  EXPECT_THAT(TracesOf({{Lock(1), Read(0)}, {Lock(1)}}),
              ::testing::UnorderedElementsAre(Trace{{0, Lock(1)}, {0, Read(0)}}, Trace{{1, Lock(1)}}));
}

TEST(Enumerator, StartsACreatedThreadAfterItsCreation) {
  EXPECT_THAT(TracesOf({{Write(0), Create(1), Join(1)}, {Read(0)}}),
              ::testing::ElementsAre(Trace{{0, Write(0)}, {0, Create(1)}, {1, Read(0)}, {0, Join(1)}}));
}

TEST(Enumerator, SkipsProgramsThatAreNotWellFormed) {
  EXPECT_FALSE(IsWellFormed({{Unlock(1)}}));
  EXPECT_FALSE(IsWellFormed({{Lock(1), Lock(1)}}));
  EXPECT_FALSE(IsWellFormed({{Lock(1)}, {Unlock(1)}}));
  EXPECT_FALSE(IsWellFormed({{Create(0)}}));
  EXPECT_FALSE(IsWellFormed({{Create(1)}}));
  EXPECT_FALSE(IsWellFormed({{Create(1), Create(1)}, {}}));
  EXPECT_FALSE(IsWellFormed({{Join(1)}, {}, {Join(1)}}));
  EXPECT_TRUE(IsWellFormed({{Lock(1), Lock(2), Unlock(1)}, {Join(0), Lock(1)}}));
}

TEST(Enumerator, MakesOnlyLegalTraces) {
  for (const Space& space : SmallSpaces()) {
    std::size_t illegal = 0;
    Trace first;
    ForEachTrace(space, [&](std::span<const Event> trace) {
      if (!IsLegal(trace) && illegal++ == 0) first.assign(trace.begin(), trace.end());
    });
    EXPECT_EQ(illegal, 0u) << space.name << "\n" << ToString(first) << IsLegal(first).message();
  }
}

TEST(RandomTrace, IsLegalAndDependsOnTheSeedAlone) {
  std::mt19937 random(1), same(1);
  for (int i = 0; i < 2000; ++i) {
    const int threads = 2 + i % 4;
    const Trace trace = RandomTrace(random, threads, 48);
    ASSERT_TRUE(IsLegal(trace)) << ToString(trace);
    ASSERT_EQ(trace, RandomTrace(same, threads, 48));
  }
}

}  // namespace
}  // namespace racecourse::oracle
