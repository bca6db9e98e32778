// The tests that students do not see. As in the public ones, all that is expected holds in every schedule of a right
// scheduler.

#include <atomic>
#include <latch>
#include <thread>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

Job Noting(Ledger& ledger, int number, int turns = 1) {
  return {.turns = turns, .step = [&ledger, number](int) { ledger.Note(number); }};
}

void ExpectTurns(const Ledger& ledger, int jobs, int turns) {
  for (int i = 0; i < jobs; ++i) {
    EXPECT_NO_LOST_TASK(ledger.turns(i) >= turns)
        << "task " << i << " had " << ledger.turns(i) << " turns of " << turns;
    EXPECT_EQ(ledger.turns(i), turns) << "task " << i << " has run more than once";
  }
}

// Far more tasks than the local queue has places.
SCHEDULE_TEST(Overflow, LosesNothing) {
  constexpr int kChildren = 300;
  Ledger ledger(kChildren);
  const auto scheduler = MakeScheduler({.procs = 1, .lrq_cap = 8});
  scheduler->go({.turns = 1, .step = [&](int) {
                   for (int i = 0; i < kChildren; ++i) scheduler->go(Noting(ledger, i));
                 }});
  scheduler->run_until_idle();
  ExpectTurns(ledger, kChildren, 1);
}

SCHEDULE_TEST(Overflow, WhileOthersSteal) {
  constexpr int kChildren = 6;
  Ledger ledger(kChildren);
  const auto scheduler = MakeScheduler({.procs = 2, .lrq_cap = 2});
  scheduler->go({.turns = 1, .step = [&](int) {
                   for (int i = 0; i < kChildren; ++i) scheduler->go(Noting(ledger, i, 2));
                 }});
  scheduler->run_until_idle();
  ExpectTurns(ledger, kChildren, 2);
}

// The places of a queue are used again and again.
SCHEDULE_TEST(Overflow, GoesRoundTheRing) {
  Ledger ledger(3);
  const auto scheduler = MakeScheduler({.procs = 2, .lrq_cap = 2});
  for (int i = 0; i < 3; ++i) scheduler->go(Noting(ledger, i, 4));
  scheduler->run_until_idle();
  ExpectTurns(ledger, 3, 4);
}

// Tasks come from a thread that is none of the scheduler's, at any moment: while machines are at work, search, or fall
// asleep.
SCHEDULE_TEST(Parking, NeverMissesASubmission) {
  Ledger ledger(4);
  const auto scheduler = MakeScheduler({.procs = 2});
  std::thread outside([&] {
    scheduler->go(Noting(ledger, 0));
    scheduler->go(Noting(ledger, 1));
  });
  scheduler->go(Noting(ledger, 2));
  scheduler->run_until_idle();
  scheduler->go(Noting(ledger, 3));
  outside.join();
  scheduler->run_until_idle();
  ExpectTurns(ledger, 4, 1);
}

// Work conservation: while one machine is kept busy, the tasks in its queue must be run by the others. Each of the
// three blocks its machine until all three are at it.
SCHEDULE_TEST(Parallel, NoMachineSleepsWhileTasksWait) {
  std::latch all_three(3);
  const auto scheduler = MakeScheduler({.procs = 3});
  const Job meet = {.turns = 1, .step = [&](int) { all_three.arrive_and_wait(); }};
  scheduler->go({.turns = 1, .step = [&](int) {
                   scheduler->go(meet);
                   scheduler->go(meet);
                   all_three.arrive_and_wait();
                 }});
  scheduler->run_until_idle();
}

SCHEDULE_TEST(Parallel, TwoTasksAtTheSameTime) {
  std::atomic<int> at_work = 0;
  const auto scheduler = MakeScheduler({.procs = 2});
  const Job job = {.turns = 1, .step = [&](int) {
                     const int now = at_work.fetch_add(1) + 1;
                     EXPECT_LE(now, 2) << "there are two machines";
                     SOMETIMES(now == 2);
                     at_work.fetch_sub(1);
                   }};
  for (int i = 0; i < 3; ++i) scheduler->go(job);
  scheduler->run_until_idle();
}

// A task takes turn after turn. One that comes from outside must not wait for its end.
SCHEDULE_TEST(Fair, ATaskFromOutsideWaitsForFewTurns) {
  constexpr int kTurns = 60;
  std::atomic<bool> submitted = false;
  int turns_after = 0;
  bool has_run = false;
  const auto scheduler = MakeScheduler({.procs = 1, .lrq_cap = 8, .global_every = 5});
  // Only one machine: its tasks never overlap.
  scheduler->go({.turns = kTurns, .step = [&](int) {
                   if (submitted && !has_run) ++turns_after;
                   EXPECT_NOT_STARVED(turns_after <= 15) << "turns of the other task since this one was submitted";
                 }});
  scheduler->go({.turns = 1, .step = [&](int) { has_run = true; }});
  submitted = true;
  scheduler->run_until_idle();
  EXPECT_TRUE(has_run);
}

// run_until_idle may not return while the last task is about to spawn another.
SCHEDULE_TEST(Idle, IsNotWhenTheQueuesAreEmpty) {
  Ledger ledger(3);
  const auto scheduler = MakeScheduler({.procs = 2});
  scheduler->go({.turns = 1, .step = [&](int) {
                   ledger.Note(0);
                   scheduler->go({.turns = 1, .step = [&](int) {
                                    ledger.Note(1);
                                    scheduler->go(Noting(ledger, 2));
                                  }});
                 }});
  scheduler->run_until_idle();
  ExpectTurns(ledger, 3, 1);
}

// What tasks did is known to whoever has waited for them.
SCHEDULE_TEST(Idle, HandsOverWhatTheTasksDid) {
  int by_first = 0;
  int by_second = 0;
  const auto scheduler = MakeScheduler({.procs = 2});
  scheduler->go({.turns = 2, .step = [&](int) { ++by_first; }});
  scheduler->go({.turns = 2, .step = [&](int) { ++by_second; }});
  scheduler->run_until_idle();
  EXPECT_EQ(by_first + by_second, 4);
}

}  // namespace
}  // namespace exercise
