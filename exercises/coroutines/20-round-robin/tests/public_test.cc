// The tests you can read. All tasks share one thread, so each body has a single schedule. A task is a script, a list of
// actions; `turns` tells who had a turn, in order.

#include <algorithm>
#include <string>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

SCHEDULE_TEST(Runs, EveryTaskToItsEnd) {
  int alive = 0;
  {
    const auto loop = MakeLoop(&alive);
    loop->spawn("A", {});
    loop->spawn("B", {Yield()});
    EXPECT_EQ(loop->turns(), "") << "nobody has a turn before run()";
    EXPECT_EQ(loop->run(), "");
    EXPECT_NO_LOST_TASK(loop->is_over("A") && loop->is_over("B"));
  }
  EXPECT_EQ(alive, 0) << "the variables of a task are gone when the loop is";
}

SCHEDULE_TEST(Runs, NothingAtAll) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  EXPECT_EQ(loop->run(), "");
  EXPECT_EQ(loop->now(), 0u);
}

// A is in no hurry. How many turns does it get before B has had its first?
SCHEDULE_TEST(Fair, NobodyWaitsForLong) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Yield(20)});
  loop->spawn("B", {Yield(20)});
  loop->spawn("C", {Yield(20)});
  EXPECT_EQ(loop->run(), "");
  for (const char name : {'A', 'B', 'C'}) {
    const std::size_t first = loop->turns().find(name);
    EXPECT_NOT_STARVED(first < 3) << name << " waited for " << first << " turns of others: " << loop->turns();
  }
}

// Who goes first does not matter. From then on each goes once in every round.
SCHEDULE_TEST(Turns, GoRound) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  for (const char* name : {"A", "B", "C"}) loop->spawn(name, {Yield(3)});
  EXPECT_EQ(loop->run(), "");
  const std::string& turns = loop->turns();
  EXPECT_EQ(turns.size(), 12u) << turns;
  const std::string round = turns.substr(0, 3);
  EXPECT_EQ(turns, round + round + round + round);
}

SCHEDULE_TEST(Spawn, MayBeCalledByATask) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  const Script spawner = {Spawn("B", {Yield(), Spawn("D", {})}), Spawn("C", {Yield()}), Yield()};
  loop->spawn("A", spawner);
  loop->spawn("E", {Yield()});
  const std::string ending = loop->run();
  for (const char* name : {"A", "B", "C", "D", "E"}) EXPECT_NO_LOST_TASK(loop->is_over(name)) << name;
  EXPECT_EQ(ending, "");
}

// The clock stands still while somebody can run, and jumps when nobody can.
SCHEDULE_TEST(Sleep, WakesInTheOrderOfTheClock) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Sleep(30)});
  loop->spawn("B", {Sleep(10), Sleep(10)});
  loop->spawn("C", {Sleep(15)});
  const std::string ending = loop->run();
  for (const char* name : {"A", "B", "C"}) EXPECT_NO_LOST_TASK(loop->is_over(name)) << name;
  EXPECT_EQ(ending, "");
  EXPECT_EQ(loop->turns().substr(3), "BCBA");
  EXPECT_EQ(loop->now(), 30u);
}

SCHEDULE_TEST(Sleep, WakesAllThatAreDue) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Sleep(3), Sleep(7)});
  loop->spawn("B", {Sleep(10)});
  loop->spawn("C", {Sleep(4), Sleep(6)});
  const std::string ending = loop->run();
  for (const char* name : {"A", "B", "C"}) EXPECT_NO_LOST_TASK(loop->is_over(name)) << name;
  EXPECT_EQ(ending, "");
  EXPECT_EQ(loop->turns().substr(3), "ACBAC") << "due at the same time: who fell asleep first wakes first";
  EXPECT_EQ(loop->now(), 10u);
}

SCHEDULE_TEST(Join, WaitsForTheEnd) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {Yield(3)});
  loop->spawn("B", {Join("A")});
  loop->spawn("C", {Join("A")});
  EXPECT_EQ(loop->run(), "");
  for (const char* name : {"A", "B", "C"}) EXPECT_NO_LOST_TASK(loop->is_over(name)) << name;
  const std::string& turns = loop->turns();
  EXPECT_LT(turns.rfind('A'), turns.rfind('B')) << turns;
  EXPECT_LT(turns.rfind('A'), turns.rfind('C')) << turns;
}

SCHEDULE_TEST(Join, OfATaskThatIsOverDoesNotWait) {
  int alive = 0;
  const auto loop = MakeLoop(&alive);
  loop->spawn("A", {});
  loop->spawn("B", {Yield(2), Join("A")});
  loop->run();
  EXPECT_NO_LOST_TASK(loop->is_over("B")) << "A is over, and B still waits for it";
}

}  // namespace
}  // namespace exercise
