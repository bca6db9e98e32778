// The tests you can read. Each body runs once per schedule: the framework decides again and again, and differently each
// time, which machine moves next. What a body expects is true in every schedule of a right scheduler.

#include <atomic>
#include <thread>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// A job that notes its turns in the ledger.
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

// One machine, which may be asleep, searching, or just falling asleep when the tasks come.
SCHEDULE_TEST(Runs, EveryTaskOnce) {
  Ledger ledger(2);
  const auto scheduler = MakeScheduler({.procs = 1});
  scheduler->go(Noting(ledger, 0));
  scheduler->go(Noting(ledger, 1));
  scheduler->run_until_idle();
  ExpectTurns(ledger, 2, 1);
  EXPECT_EQ(scheduler->alive(), 0) << "no task is left, but frames of tasks are";
}

SCHEDULE_TEST(Runs, NothingAtAll) {
  const auto scheduler = MakeScheduler({.procs = 2});
  scheduler->run_until_idle();
  EXPECT_EQ(scheduler->stats().spawned, 0u);
}

// Tasks that yield wander from one machine to the other.
SCHEDULE_TEST(Turns, AreTakenOneAfterTheOther) {
  Ledger ledger(2);
  int unguarded = 0;  // one task's turns never overlap, and each sees what the one before did
  const auto scheduler = MakeScheduler({.procs = 2});
  scheduler->go({.turns = 3, .step = [&](int turn) {
                   EXPECT_EQ(unguarded, turn) << "a turn of the task was left out, or came twice";
                   ++unguarded;
                   ledger.Note(0);
                 }});
  scheduler->go(Noting(ledger, 1, 3));
  scheduler->run_until_idle();
  ExpectTurns(ledger, 2, 3);
  EXPECT_EQ(unguarded, 3);
}

// A task spawns others: they land in the local queue of its machine, and the other machine comes for some of them.
SCHEDULE_TEST(Spawn, ByATask) {
  constexpr int kChildren = 4;
  Ledger ledger(kChildren + 1);
  std::atomic<bool> has_moved = false;
  const auto scheduler = MakeScheduler({.procs = 2});
  scheduler->go({.turns = 1, .step = [&](int) {
                   const std::thread::id here = std::this_thread::get_id();
                   for (int i = 0; i < kChildren; ++i) {
                     scheduler->go({.turns = 1, .step = [&, i, here](int) {
                                      if (std::this_thread::get_id() != here) has_moved = true;
                                      ledger.Note(i);
                                    }});
                   }
                   ledger.Note(kChildren);
                 }});
  scheduler->run_until_idle();
  ExpectTurns(ledger, kChildren + 1, 1);
  SOMETIMES(has_moved);
}

SCHEDULE_TEST(Statistics, AddUp) {
  Ledger ledger(3);
  const auto scheduler = MakeScheduler({.procs = 2});
  for (int i = 0; i < 3; ++i) scheduler->go(Noting(ledger, i, 2));
  scheduler->run_until_idle();
  const Stats stats = scheduler->stats();
  EXPECT_EQ(stats.spawned, 3u);
  EXPECT_EQ(stats.finished, 3u);
  EXPECT_EQ(stats.turns, 6u) << "three tasks of two turns each";
}

}  // namespace
}  // namespace exercise
