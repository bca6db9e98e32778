// racecourse/blocking.h, and what a test may say of tasks. The first word of a test's name is what must be found:
// Passes nothing, Deadlocks a deadlock, Starves starvation, Loses a lost task.
#include "racecourse/blocking.h"

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "racecourse/schedule_test.h"

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

SCHEDULE_TEST(BlockingCall, PassesWhenCompleted) {
  racecourse::BlockingCall call;
  int answer = 0;
  std::thread other([&] {
    answer = 42;
    call.Complete();
  });
  call.Wait();
  EXPECT_EQ(answer, 42);
  EXPECT_FALSE(call.IsBlocking());
  other.join();
}
SCHEDULE_TEST(BlockingCall, PassesSeenFromOutside) {
  racecourse::BlockingCall call;
  std::thread other([&] { call.Wait(); });
  SOMETIMES(call.IsBlocking());
  SOMETIMES(!call.IsBlocking());
  call.Complete();
  other.join();
}
SCHEDULE_TEST(BlockingCall, PassesLimitsOfVirtualTime) {
  const Clock::time_point begin = Clock::now();
  racecourse::BlockingCall call;
  EXPECT_FALSE(call.WaitFor(1h));
  EXPECT_GE(Clock::now() - begin, 1h);
  racecourse::BlockFor(1h);
  EXPECT_GE(Clock::now() - begin, 2h);
}
// A scheduler of one thread that blocks in a task which only another of its tasks could end.
SCHEDULE_TEST(BlockingCall, DeadlocksItsOnlyThread) {
  racecourse::BlockingCall call;
  const std::vector<std::function<void()>> tasks = {[&] { call.Wait(); }, [&] { call.Complete(); }};
  for (const auto& task : tasks) task();
}

SCHEDULE_TEST(EventSource, PassesTimersInOrder) {
  racecourse::EventSource source;
  source.StartTimer(2, 20ms);
  source.StartTimer(1, 10ms);
  source.StartTimer(3, 20ms);
  EXPECT_EQ(source.Poll(), std::nullopt);
  std::vector<racecourse::EventSource::Token> order;
  for (int i = 0; i < 3; ++i) order.push_back(source.Next());
  EXPECT_EQ(order, (std::vector<racecourse::EventSource::Token>{1, 2, 3}));
}
SCHEDULE_TEST(EventSource, PassesPostsFromAnotherThread) {
  racecourse::EventSource source;
  source.StartTimer(1, 10ms);
  std::thread other([&] { source.Post(2); });
  const auto first = source.Next();
  const auto second = source.Next();
  EXPECT_EQ(first + second, 3u);
  SOMETIMES(first == 1);
  SOMETIMES(first == 2);
  other.join();
}
SCHEDULE_TEST(EventSource, DeadlocksWithoutEvents) {
  racecourse::EventSource source;
  source.Next();
}

SCHEDULE_TEST(Expectation, LosesATask) {
  std::vector<int> done(3);
  for (std::size_t i = 0; i + 1 < done.size(); ++i) ++done[i];
  for (std::size_t i = 0; i < done.size(); ++i) EXPECT_NO_LOST_TASK(done[i] > 0) << "task " << i;
}
SCHEDULE_TEST(Expectation, PassesWithNoneLost) {
  const bool done = true;
  EXPECT_NO_LOST_TASK(done) << "never said";
  EXPECT_NOT_STARVED(done) << "never said";
}
SCHEDULE_TEST(Expectation, StarvesATask) {
  const int turns_of_others = 7;
  EXPECT_NOT_STARVED(turns_of_others < 5) << turns_of_others;
}
