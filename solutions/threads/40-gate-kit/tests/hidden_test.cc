// The tests that students do not see. As in the public ones, all that is expected holds in every
// schedule of a right program.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using namespace std::chrono_literals;

// Both may be asleep when the permits come.
SCHEDULE_TEST(ReleaseMany, WakesAsManyAsThereArePermits) {
  const auto sem = MakeSem(0);
  std::thread ada([&] { sem->acquire(); });
  std::thread ben([&] { sem->acquire(); });
  sem->release(2);
  ada.join();
  ben.join();
}

SCHEDULE_TEST(ReleaseMany, TwoReleasesWakeTwo) {
  const auto sem = MakeSem(0);
  std::thread ada([&] { sem->acquire(); });
  std::thread ben([&] { sem->acquire(); });
  sem->release();
  sem->release();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(ReleaseMany, PermitsBeyondTheSleepersRemain) {
  const auto sem = MakeSem(0);
  std::thread ada([&] { sem->acquire(); });
  std::thread ben([&] { sem->acquire(); });
  sem->release(3);
  ada.join();
  ben.join();
  EXPECT_TRUE(sem->try_acquire_for(0ms)) << "three permits came, two were taken";
  EXPECT_FALSE(sem->try_acquire_for(0ms)) << "three permits came, three were taken";
}

// One permit for two who wait, one of them not for ever. Whatever wakes the impatient one, either it
// takes the permit or the other one does.
SCHEDULE_TEST(LastLook, APermitReachesSomebody) {
  const auto sem = MakeSem(0);
  bool taken_in_time = false;
  std::thread patient([&] { sem->acquire(); });
  std::thread impatient([&] { taken_in_time = sem->try_acquire_for(5ms); });
  sem->release();
  impatient.join();
  if (taken_in_time) sem->release();
  patient.join();
  EXPECT_FALSE(sem->try_acquire_for(0ms)) << "every permit was taken";
}

// The permit is there before the time is up. Only then does the clock jump, perhaps before the waiting
// thread, who has been woken, gets the processor. It must look before it gives up.
SCHEDULE_TEST(LastLook, FindsAPermitThatCameInTime) {
  using Clock = std::chrono::steady_clock;
  const auto sem = MakeSem(0);
  bool taken = false;
  Clock::time_point deadline;
  std::thread ada([&] {
    deadline = Clock::now() + 5ms;
    taken = sem->try_acquire_for(5ms);
  });
  sem->release();
  const Clock::time_point released = Clock::now();
  std::this_thread::sleep_for(8ms);
  ada.join();
  if (released < deadline) {
    EXPECT_TRUE(taken) << "release had returned before the time was up";
  } else {
    EXPECT_NE(taken, sem->try_acquire_for(0ms));
  }
}

// Whoever waited for the latch may throw it away, although the thread that opened it may be on its way
// out of count_down still.
SCHEDULE_TEST(LatchEnd, MayComeAsSoonAsWaitReturns) {
  auto latch = MakeLatch(1);
  std::thread ada([&gate = *latch] { gate.count_down(); });
  latch->wait();
  latch.reset();
  ada.join();
}

SCHEDULE_TEST(LatchEnd, MayComeAfterCountingDownByTwo) {
  auto latch = MakeLatch(2);
  std::thread ada([&gate = *latch] { gate.count_down(); });
  std::thread ben([&gate = *latch] { gate.count_down(); });
  latch->wait();
  latch.reset();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(LatchEnd, MayComeWhenTheLastOfTwoWaitsHasReturned) {
  auto latch = MakeLatch(1);
  std::atomic<int> waiting{2};
  const auto wait_then_end = [&waiting, &latch] {
    latch->wait();
    if (--waiting == 0) latch.reset();
  };
  std::thread ada([&gate = *latch] { gate.count_down(); });
  std::thread ben(wait_then_end);
  wait_then_end();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Phases, OfTwoThreadsDoNotMix) {
  const auto barrier = MakeBarrier(2);
  std::atomic<std::size_t> arrivals{0};
  const auto work = [&] {
    for (std::size_t phase = 0; phase < 3; ++phase) {
      ++arrivals;
      EXPECT_EQ(barrier->arrive_and_wait(), phase) << "the phases are numbered 0, 1, 2";
      EXPECT_GE(arrivals.load(), 2 * (phase + 1)) << "the other thread has not come to this phase yet";
    }
  };
  std::thread ada(work);
  work();
  ada.join();
}

SCHEDULE_TEST(Phases, OfThreeThreadsDoNotMix) {
  const auto barrier = MakeBarrier(3);
  std::atomic<std::size_t> arrivals{0};
  const auto work = [&] {
    for (std::size_t phase = 0; phase < 2; ++phase) {
      ++arrivals;
      EXPECT_EQ(barrier->arrive_and_wait(), phase) << "the phases are numbered 0, 1";
      EXPECT_GE(arrivals.load(), 3 * (phase + 1)) << "the other threads have not come to this phase yet";
    }
  };
  std::thread ada(work);
  std::thread ben(work);
  work();
  ada.join();
  ben.join();
}

// Nobody can be in a later phase when a thread looks: that phase would need this thread too.
SCHEDULE_TEST(OnPhase, RunsOnceAfterAllHaveComeAndBeforeAnyoneGoes) {
  std::atomic<std::size_t> arrivals{0};
  std::atomic<std::size_t> runs{0};
  const auto barrier = MakeBarrier(2, [&] {
    const std::size_t before = runs.load();
    EXPECT_EQ(arrivals.load(), 2 * (before + 1)) << "on_phase runs when both have come, and nobody has gone on";
    runs = before + 1;
  });
  const auto work = [&] {
    for (std::size_t phase = 0; phase < 2; ++phase) {
      ++arrivals;
      barrier->arrive_and_wait();
      EXPECT_EQ(runs.load(), phase + 1) << "on_phase runs once per phase, before anyone is let go";
    }
  };
  std::thread ada(work);
  work();
  ada.join();
}

struct PhaseFailed {};

// The exception goes to one of them. For the other one the phase ends as ever, and so does the next phase.
SCHEDULE_TEST(OnPhaseThrows, StrandsNobody) {
  std::atomic<int> runs{0};
  const auto barrier = MakeBarrier(2, [&] {
    if (++runs == 1) throw PhaseFailed();
  });
  std::atomic<int> caught{0};
  const auto work = [&] {
    try {
      EXPECT_EQ(barrier->arrive_and_wait(), 0u);
    } catch (const PhaseFailed&) {
      ++caught;
    }
    EXPECT_EQ(barrier->arrive_and_wait(), 1u) << "the barrier goes on with the next phase";
  };
  std::thread ada(work);
  work();
  ada.join();
  EXPECT_EQ(caught.load(), 1) << "the exception reaches one thread";
  EXPECT_EQ(runs.load(), 2);
}

// In the following tests the data is plain: the gate alone orders the accesses.
SCHEDULE_TEST(HandOver, ThroughTheSemaphore) {
  const auto sem = MakeSem(0);
  int data = 0;
  std::thread ada([&] {
    data = 42;
    sem->release();
  });
  if (!sem->try_acquire_for(5ms)) sem->acquire();
  EXPECT_EQ(data, 42);
  ada.join();
}

SCHEDULE_TEST(HandOver, FromOneHolderToTheNext) {
  const auto sem = MakeSem(1);
  int visits = 0;
  const auto visit = [&] {
    sem->acquire();
    ++visits;
    sem->release();
  };
  std::thread ada(visit);
  std::thread ben(visit);
  ada.join();
  ben.join();
  EXPECT_EQ(visits, 2);
}

SCHEDULE_TEST(HandOver, ThroughTheLatch) {
  const auto latch = MakeLatch(2);
  int first = 0;
  int second = 0;
  std::thread ada([&] {
    first = 1;
    latch->count_down();
  });
  std::thread ben([&] {
    second = 2;
    latch->count_down();
  });
  latch->wait();
  EXPECT_EQ(first + second, 3);
  ada.join();
  ben.join();
}

SCHEDULE_TEST(HandOver, ThroughTheBarrier) {
  std::array<int, 2> parts{};
  int sum = 0;
  const auto barrier = MakeBarrier(2, [&] { sum = parts[0] + parts[1]; });
  const auto work = [&](std::size_t me) {
    for (int phase = 1; phase <= 2; ++phase) {
      parts[me] = phase;
      barrier->arrive_and_wait();
      EXPECT_EQ(sum, 2 * phase);
      EXPECT_EQ(parts[1 - me], phase);
      barrier->arrive_and_wait();
    }
  };
  std::thread ada([&] { work(0); });
  work(1);
  ada.join();
}

// Nothing happens for 50 ms. Whoever looks again and again meanwhile keeps the processor busy for nothing.
SCHEDULE_TEST(Rest, BeforeTheSemaphore) {
  const auto sem = MakeSem(0);
  std::thread ada([&] { sem->acquire(); });
  std::this_thread::sleep_for(50ms);
  sem->release();
  ada.join();
}

SCHEDULE_TEST(Rest, BeforeTheLatch) {
  const auto latch = MakeLatch(1);
  std::thread ada([&] { latch->wait(); });
  std::this_thread::sleep_for(50ms);
  latch->count_down();
  ada.join();
}

SCHEDULE_TEST(Rest, AtTheBarrier) {
  const auto barrier = MakeBarrier(2);
  std::thread ada([&] { barrier->arrive_and_wait(); });
  std::this_thread::sleep_for(50ms);
  barrier->arrive_and_wait();
  ada.join();
}

}  // namespace
}  // namespace exercise
