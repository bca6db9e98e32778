// Convinces by random operations on several clocks beside maps from slot to value, where an absent entry is 0.
#include "framework/core/vector_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace racecourse {
namespace {

using Model = std::map<ThreadSlot, Clock>;

Clock ValueIn(const Model& model, ThreadSlot slot) {
  const auto at = model.find(slot);
  return at == model.end() ? 0 : at->second;
}
void JoinModel(Model* to, const Model& from) {
  for (const auto& [slot, value] : from) (*to)[slot] = std::max(ValueIn(*to, slot), value);
}

class VectorClockTest : public testing::Test {
 protected:
  static constexpr std::size_t kArenaBytes = 64 << 20;
  VectorClockTest() : memory_(new char[kArenaBytes]) { arena_.Init(memory_.get(), kArenaBytes); }

  // A thread's clock whose first `slots` entries are random; the others hold garbage, as in the engine.
  static ThreadClock RandomThreadClock(std::mt19937* random, ThreadSlot slots, Model* model) {
    ThreadClock clock;
    std::fill(std::begin(clock.entries), std::end(clock.entries), ~Clock{0});
    for (ThreadSlot i = 0; i < slots; ++i) (*model)[i] = clock.entries[i] = (*random)() % 100;
    return clock;
  }

  std::unique_ptr<char[]> memory_;
  Arena arena_;
};

void ExpectEqual(const SyncClock& clock, const Model& model) {
  for (ThreadSlot slot = 0; slot < kMaxThreads; ++slot) ASSERT_EQ(clock.Get(slot), ValueIn(model, slot)) << slot;
}

TEST_F(VectorClockTest, SyncClockBehavesAsAMap) {
  constexpr unsigned kSeed = 13;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  constexpr int kClocks = 4;
  SyncClock clocks[kClocks];
  Model models[kClocks];
  for (int step = 0; step < 5'000; ++step) {
    const unsigned to = random() % kClocks;
    const unsigned from = (to + 1 + random() % (kClocks - 1)) % kClocks;
    const ThreadSlot slots = 1 + random() % (random() % 4 == 0 ? kMaxThreads : 10);
    Model other;
    const ThreadClock thread_clock = RandomThreadClock(&random, slots, &other);
    switch (random() % 8) {
      case 0:
        clocks[to].Clear();
        models[to].clear();
        EXPECT_TRUE(clocks[to].IsEmpty());
        break;
      case 1:
        clocks[to].Assign(thread_clock, slots, &arena_);
        models[to] = other;
        break;
      case 2:
      case 3:
        clocks[to].Join(thread_clock, slots, &arena_);
        JoinModel(&models[to], other);
        break;
      case 4:
        clocks[to].Assign(clocks[from], &arena_);
        models[to] = models[from];
        break;
      case 5:
        clocks[to].Join(clocks[from], &arena_);
        JoinModel(&models[to], models[from]);
        break;
      default: {
        const ThreadSlot slot = slots - 1;
        const Clock value = random() % 100;
        clocks[to].Set(slot, value, &arena_);
        models[to][slot] = value;
      }
    }
    for (int i = 0; i < kClocks; ++i) ASSERT_NO_FATAL_FAILURE(ExpectEqual(clocks[i], models[i]));
  }
}

TEST_F(VectorClockTest, JoiningIntoAThreadTakesTheGreaterOfEachEntry) {
  constexpr unsigned kSeed = 17;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 1'000; ++round) {
    Model known;
    Model released;
    ThreadClock thread = RandomThreadClock(&random, kMaxThreads, &known);
    const ThreadSlot slots = 1 + random() % 20;
    SyncClock clock;
    clock.Assign(RandomThreadClock(&random, slots, &released), slots, &arena_);
    // Which slot is the first that the thread does not know all of?
    ThreadSlot first_unknown = kNoThread;
    for (ThreadSlot slot = slots; slot-- > 0;) {
      if (released[slot] > known[slot]) first_unknown = slot;
    }
    EXPECT_EQ(clock.FirstUnknownTo(thread), first_unknown);
    clock.JoinInto(&thread);
    JoinModel(&known, released);
    for (ThreadSlot slot = 0; slot < kMaxThreads; ++slot) ASSERT_EQ(thread.entries[slot], known[slot]);
    EXPECT_EQ(clock.FirstUnknownTo(thread), kNoThread);
  }
}

TEST_F(VectorClockTest, AnEmptyClockTellsNothing) {
  const SyncClock clock;
  ThreadClock thread = {};
  EXPECT_TRUE(clock.IsEmpty());
  EXPECT_EQ(clock.FirstUnknownTo(thread), kNoThread);
  clock.JoinInto(&thread);
  for (const Clock entry : thread.entries) EXPECT_EQ(entry, 0u);
}

// With the releaser named, joins are skipped where the releaser's own entry says that nothing is new. Threads that release
// and acquire at random must learn exactly what they learn when nothing is skipped.
TEST_F(VectorClockTest, NamingTheReleaserChangesNothingButTheCost) {
  constexpr ThreadSlot kThreads = 5;
  constexpr int kObjects = 3;
  std::mt19937_64 random(20261122);
  for (int round = 0; round < 200; ++round) {
    ThreadClock quick[kThreads] = {};
    ThreadClock plain[kThreads] = {};
    SyncClock quick_objects[kObjects];
    SyncClock plain_objects[kObjects];
    for (ThreadSlot i = 0; i < kThreads; ++i) quick[i].entries[i] = plain[i].entries[i] = 1;
    for (int step = 0; step < 200; ++step) {
      const ThreadSlot thread = random() % kThreads;
      const auto object = random() % kObjects;
      switch (random() % 3) {
        case 0:
          quick_objects[object].JoinInto(&quick[thread]);
          plain_objects[object].JoinInto(&plain[thread]);
          break;
        case 1:
          quick_objects[object].Assign(quick[thread], kThreads, &arena_, thread);
          plain_objects[object].Assign(plain[thread], kThreads, &arena_);
          ++quick[thread].entries[thread];
          ++plain[thread].entries[thread];
          break;
        default:
          quick_objects[object].Join(quick[thread], kThreads, &arena_, thread);
          plain_objects[object].Join(plain[thread], kThreads, &arena_);
          ++quick[thread].entries[thread];
          ++plain[thread].entries[thread];
      }
      for (ThreadSlot i = 0; i < kThreads; ++i) {
        ASSERT_EQ(quick[thread].entries[i], plain[thread].entries[i]) << "round " << round << ", step " << step;
        ASSERT_EQ(quick_objects[object].Get(i), plain_objects[object].Get(i)) << "round " << round << ", step " << step;
      }
    }
  }
}

// A cleared clock must not remember through its capacity.
TEST_F(VectorClockTest, EntriesOfAnEarlierLifeAreZero) {
  ThreadClock thread;
  std::fill(std::begin(thread.entries), std::end(thread.entries), Clock{9});
  SyncClock clock;
  clock.Assign(thread, 8, &arena_);
  clock.Clear();
  clock.Set(6, 1, &arena_);
  ExpectEqual(clock, {{6, 1}});
}

}  // namespace
}  // namespace racecourse
