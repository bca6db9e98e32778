// Tests that run once per schedule. What an exercise's tests include; everything else is ordinary GoogleTest.
//
//   SCHEDULE_TEST(Counter, CountsEveryCall) {
//     Counter counter;
//     std::thread other([&] { counter.Add(); });
//     counter.Add();
//     other.join();
//     EXPECT_EQ(counter.Total(), 2);
//   }
//
// The body is closed: it makes what it needs, and ends with its threads joined. It runs in a child process, under a
// scheduler that decides at every synchronisation which thread moves next; every execution starts from the same memory,
// with the clock at the same (virtual) time. The first failing EXPECT_* or ASSERT_*, in whatever thread, ends the
// execution and fails the test, and so does a data race, a deadlock, a crash or the misuse of a primitive.
#ifndef RACECOURSE_SCHEDULE_TEST_H_
#define RACECOURSE_SCHEDULE_TEST_H_

#include <gtest/gtest.h>

#include <thread>

#include "racecourse/sometimes_site.h"

namespace racecourse {

struct ScheduleOptions {
  // How many executions the test is worth, unless the grader says otherwise.
  int schedules = 2000;
};

}  // namespace racecourse

extern "C" {
// Runs `body` under all schedules of the budget. Called by the test that SCHEDULE_TEST defines.
void racecourse_run_schedule_test(const char* suite, const char* name, const char* file, int line, int schedules,
                                  void (*body)());
// 1 if the thread can do nothing just now but wait.
int racecourse_is_waiting(std::thread::native_handle_type thread);
// The next failing expectation of the calling thread gets the kind `starvation`.
void racecourse_next_failure_is_starvation();
// … the kind `lost_task`.
void racecourse_next_failure_is_lost_task();
}

namespace racecourse {

// True if `thread` can do nothing just now but wait: it is blocked, sleeps, or goes round in a loop that waits for a
// change. A thread whose wait is over and that only has not moved yet does not wait. For tests of fairness: how often
// do others pass one that waits?   REQUIRES: called in the body of a SCHEDULE_TEST; `thread` is joinable.
inline bool IsWaiting(std::thread& thread) { return racecourse_is_waiting(thread.native_handle()) != 0; }

}  // namespace racecourse

// Defines a test whose body runs once per schedule. A third argument sets options: SCHEDULE_TEST(A, B, {.schedules =
// 500}).
#define SCHEDULE_TEST(suite, name, ...)                                                           \
  static void suite##_##name##_ScheduleTestBody();                                                \
  TEST(suite, name) {                                                                             \
    constexpr ::racecourse::ScheduleOptions racecourse_options __VA_ARGS__;                       \
    racecourse_run_schedule_test(#suite, #name, __FILE__, __LINE__, racecourse_options.schedules, \
                                 &suite##_##name##_ScheduleTestBody);                             \
  }                                                                                               \
  static void suite##_##name##_ScheduleTestBody()

// Fails the test with the kind `starvation` if `condition` is false: EXPECT_NOT_STARVED(overtaken <= 3) << "…";
#define EXPECT_NOT_STARVED(condition)                          \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                \
  if (const bool racecourse_is_fair = (condition)) {           \
    (void)racecourse_is_fair;                                  \
  } else if (racecourse_next_failure_is_starvation(); false) { \
  } else                                                       \
    GTEST_NONFATAL_FAILURE_("starved: " #condition " is false\n")

// The same with the kind `lost_task`: something was ready to run, or promised to be run, and nobody ever ran it.
#define EXPECT_NO_LOST_TASK(condition)                        \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                               \
  if (const bool racecourse_is_done = (condition)) {          \
    (void)racecourse_is_done;                                 \
  } else if (racecourse_next_failure_is_lost_task(); false) { \
  } else                                                      \
    GTEST_NONFATAL_FAILURE_("lost: " #condition " is false\n")

// Some schedule must get here with `condition` true; the test fails as `unreachable` if none does. This is how
// over-locking is caught: two readers that exclude each other never satisfy SOMETIMES(readers == 2).
#define SOMETIMES(condition)                                                                     \
  do {                                                                                           \
    __attribute__((section("racecourse_sometimes_sites"),                                        \
                   used)) static const ::racecourse::internal::SometimesSite racecourse_site = { \
        #condition, __FILE__, __PRETTY_FUNCTION__, __LINE__};                                    \
    racecourse_sometimes(&racecourse_site, static_cast<bool>(condition));                        \
  } while (false)

#endif  // RACECOURSE_SCHEDULE_TEST_H_
