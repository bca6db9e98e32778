// Convinces by agreement: the engine's detector, on its own clocks and shadow memory, against the oracle on every small
// program. What is its own here is what it says of accesses; the rules by which atomics, fences and mutexes pass clocks
// on are written out in this adapter, as the engine has them where it performs such operations.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <vector>

#include "framework/core/arena.h"
#include "framework/detector/data_race.h"
#include "framework/model/shadow_memory.h"
#include "tests/oracle/detector.h"

namespace racecourse::oracle {
namespace {

// The oracle's address 0: 8 bytes before a page of shadow memory ends, so that some accesses lie across the boundary.
constexpr std::uintptr_t kOrigin = (std::uintptr_t{2} << kShadowPageBits) - 8;

class EngineDetector : public RaceDetector {
 public:
  EngineDetector()
      : table_(16), pool_(std::make_unique<ShadowPage[]>(table_.size())), objects_(64), arena_memory_(1 << 20) {
    arena_.Init(arena_memory_.data(), arena_memory_.size());
    // All addresses are below the end of this small table.
    shadow_.Init(table_.data(), pool_.get(), table_.size() * sizeof(ShadowPage), objects_.data(),
                 static_cast<std::uint32_t>(objects_.size()));
    detector_.Init(&shadow_, &arena_);
  }

  // Nothing is cleared between executions, except when the detector's 19 bits of generation come round again.
  void Begin(int threads) override {
    for (const Thread& thread : threads_) base_ = std::max(base_, thread.accessor.clock.entries[thread.accessor.slot]);
    if ((++generation_ & ((1u << 19) - 1)) == 0) {
      shadow_.ClearCells();
      ++generation_;
    }
    arena_.Reset();
    mutexes_.clear();
    shadow_.BeginExecution(generation_);
    detector_.BeginExecution(base_, generation_);
    threads_.assign(threads, Thread());
    for (int i = 0; i < threads; ++i) {
      Accessor& accessor = threads_[i].accessor;
      std::fill_n(accessor.clock.entries, threads, base_);
      accessor.slot = i;
      accessor.Tick();
    }
  }

  bool Apply(const Event& event) override {
    Thread& thread = threads_[event.thread];
    const Instruction& what = event.what;
    switch (what.operation) {
      case Operation::kRead:
      case Operation::kWrite:
        return IsRace(detector_.AccessRange(thread.accessor, kOrigin + what.object, what.size, what.Modifies()));
      case Operation::kAtomicLoad:
      case Operation::kAtomicStore:
      case Operation::kAtomicRmw:
        return PerformAtomic(thread, what);
      case Operation::kFence:
        if (what.IsAcquire()) thread.acquire_pending.JoinInto(&thread.accessor.clock);
        if (what.IsRelease()) {
          thread.release_fence.Assign(thread.accessor.clock, Slots(), &arena_);
          thread.accessor.Tick();
        }
        return false;
      case Operation::kLock:
        mutexes_[what.object].JoinInto(&thread.accessor.clock);
        return false;
      case Operation::kUnlock:
        mutexes_[what.object].Assign(thread.accessor.clock, Slots(), &arena_);
        thread.accessor.Tick();
        return false;
      case Operation::kCreate:
        PassOn(thread, threads_[what.object]);
        return false;
      case Operation::kJoin:
        PassOn(threads_[what.object], thread);
        return false;
    }
    return false;
  }

 private:
  // Source: C++20 [atomics.fences].
  struct Thread {
    Accessor accessor;
    SyncClock acquire_pending;
    SyncClock release_fence;
  };

  ThreadSlot Slots() const { return static_cast<ThreadSlot>(threads_.size()); }

  static bool IsRace(const Conflict& conflict) { return conflict.kind == Conflict::Kind::kRace; }

  void PassOn(Thread& from, Thread& to) {
    SyncClock clock;
    clock.Assign(from.accessor.clock, Slots(), &arena_);
    clock.JoinInto(&to.accessor.clock);
    from.accessor.Tick();
  }

  bool PerformAtomic(Thread& thread, const Instruction& what) {
    SyncObject& object = shadow_.Object(kOrigin + what.object, ObjectKind::kAtomic);
    object.size = static_cast<std::uint8_t>(what.size);
    if (what.IsAcquire()) {
      object.clock.JoinInto(&thread.accessor.clock);
    } else if (what.Reads()) {
      thread.acquire_pending.Join(object.clock, &arena_);
    }
    // The store that it reads from happens before an acquire operation, so the check comes after learning of it.
    const bool races = IsRace(detector_.AccessAtomic(thread.accessor, &object, what.Modifies()));
    if (what.Modifies()) {
      // A store starts a release sequence; a read-modify-write continues the one it finds.
      if (what.operation == Operation::kAtomicStore) object.clock.Clear();
      if (what.IsRelease()) {
        object.clock.Join(thread.accessor.clock, Slots(), &arena_);
        thread.accessor.Tick();
      } else {
        object.clock.Join(thread.release_fence, &arena_);
      }
    }
    return races;
  }

  std::vector<ShadowPage*> table_;
  std::unique_ptr<ShadowPage[]> pool_;
  std::vector<SyncObject> objects_;
  std::vector<char> arena_memory_;
  Arena arena_;
  ShadowMemory shadow_;
  DataRaceDetector detector_;
  Clock base_ = 0;
  std::uint32_t generation_ = 0;
  std::vector<Thread> threads_;
  std::map<std::uint64_t, SyncClock> mutexes_;
};

TEST(EngineDetector, AgreesWithTheOracleOnAllSmallPrograms) {
  EngineDetector detector;
  const CrossCheck check = CheckAllSmallPrograms(detector);
  EXPECT_EQ(check.disagreement.value_or(""), "");
  std::cout << check.traces << " traces, " << check.racy_traces << " of them racy\n";
}

TEST(EngineDetector, AgreesWithTheOracleOnRandomPrograms) {
  EngineDetector detector;
  const CrossCheck check = CheckRandomPrograms(detector, 50000, 2);
  EXPECT_EQ(check.disagreement.value_or(""), "");
  std::cout << check.traces << " traces, " << check.racy_traces << " of them racy\n";
}

// More readers than can be enumerated: thread 0 joins all of them but one, then writes what all have read.
TEST(EngineDetector, RemembersEveryOneOfManyReaders) {
  EngineDetector detector;
  for (int threads : {2, 3, 8, 9, 10, 17, 40}) {
    for (const bool is_descending : {false, true}) {
      for (int forgotten = 0; forgotten < threads; ++forgotten) {  // 0: none
        Trace trace;
        for (int i = 1; i < threads; ++i) trace.push_back({is_descending ? threads - i : i, Read(0, 8)});
        for (int i = 1; i < threads; ++i) {
          if (i != forgotten) trace.push_back({0, Join(i)});
        }
        trace.push_back({0, Write(2, 1)});
        ASSERT_EQ(Disagreement(detector, trace, threads).value_or(""), "");
      }
    }
  }
}

}  // namespace
}  // namespace racecourse::oracle
