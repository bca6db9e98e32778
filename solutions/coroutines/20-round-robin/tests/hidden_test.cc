// The tests that students do not see.

#include <string>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// A hundred thousand turns must not need a hundred thousand calls inside one another.
SCHEDULE_TEST(Deep, ManyTurnsNeedNoDeepStack) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Yield(100'000)});
  loop->spawn("B", {Yield(100'000)});
  EXPECT_EQ(loop->run(), "");
  EXPECT_EQ(loop->turns().size(), 200'002u);
}

// Each joins the one before, all of which are over by the time the last one is.
SCHEDULE_TEST(Deep, ALongChainOfJoinsNeedsNoDeepStack) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  constexpr int kTasks = 20'000;
  loop->spawn("0", {Yield(2)});
  for (int i = 1; i < kTasks; ++i) loop->spawn(std::to_string(i), {Join(std::to_string(i - 1))});
  EXPECT_EQ(loop->run(), "");
  EXPECT_NO_LOST_TASK(loop->is_over(std::to_string(kTasks - 1)));
}

// Every task spawns the next one. One that only yields must not wait for the end of that.
SCHEDULE_TEST(FairToAll, NobodyWaitsForWhatIsStillToCome) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  Script chain;
  for (int i = 0; i < 100; ++i) chain = {Spawn("s", chain), Yield()};
  loop->spawn("s", chain);
  loop->spawn("W", {Yield(3)});
  EXPECT_EQ(loop->run(), "");
  std::size_t waited = 0;
  for (const char name : loop->turns()) {
    if (name == 'W') break;
    ++waited;
  }
  EXPECT_NOT_STARVED(waited <= 20) << waited << " turns of others before the first one of W";
  const std::size_t first = loop->turns().find('W');
  const std::size_t second = loop->turns().find('W', first + 1);
  EXPECT_NOT_STARVED(second - first <= 40) << second - first << " turns of others before the second one of W";
}

SCHEDULE_TEST(Exceptions, LeaveTheOthersRunning) {
  int alive = 0;
  {
    const auto loop = MakeLoop(&alive);
    loop->spawn("A", {Yield(), Throw("A has failed")});
    loop->spawn("B", {Yield(3)});
    loop->spawn("C", {Sleep(10)});
    const std::string ending = loop->run();
    EXPECT_NO_LOST_TASK(loop->is_over("B") && loop->is_over("C")) << "they had nothing to do with A";
    EXPECT_EQ(ending, "A has failed") << "nobody has joined A, so run() tells";
  }
  EXPECT_EQ(alive, 0);
}

SCHEDULE_TEST(Exceptions, GoToWhoeverJoins) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Yield(), Throw("A has failed")});
  loop->spawn("B", {Join("A")});
  loop->spawn("C", {Sleep(5), Join("A")});
  EXPECT_EQ(loop->run(), "") << "A was joined: the exception is known";
  for (const char* caught : {"!B", "!C"}) EXPECT_NE(loop->turns().find(caught), std::string::npos) << loop->turns();
}

SCHEDULE_TEST(StuckTasks, AreReportedAndDestroyed) {
  int alive = 0;
  {
    const auto loop = MakeLoop(&alive);
    loop->spawn("A", {Yield(), Join("B")});
    loop->spawn("B", {Join("A")});
    loop->spawn("C", {Sleep(10)});
    EXPECT_EQ(loop->run(), "stuck");
    EXPECT_TRUE(loop->is_over("C"));
    EXPECT_FALSE(loop->is_over("A") || loop->is_over("B"));
  }
  EXPECT_EQ(alive, 0) << "tasks that never ended must be destroyed with the loop";
}

SCHEDULE_TEST(StuckTasks, MayWaitForThemselves) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Join("A")});
  EXPECT_EQ(loop->run(), "stuck");
}

SCHEDULE_TEST(GivenUp, ALoopThatNeverRan) {
  int alive = 0;
  {
    const auto loop = MakeLoop(&alive);
    loop->spawn("A", {Yield()});
    loop->spawn("B", {});
    EXPECT_GT(alive, 0);
  }
  EXPECT_EQ(alive, 0);
}

SCHEDULE_TEST(Again, ALoopMayRunTwice) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Sleep(5)});
  EXPECT_EQ(loop->run(), "");
  loop->spawn("B", {Sleep(5), Join("A")});
  EXPECT_EQ(loop->run(), "");
  EXPECT_EQ(loop->now(), 10u);
  EXPECT_EQ(loop->turns(), "AABBB");
}

}  // namespace
}  // namespace exercise
