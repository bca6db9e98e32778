// The tests that students do not see. As in the public ones, all that is expected holds in every schedule.

#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// The coroutine that chose may be over, and its frame gone, when somebody comes to the other channel.
SCHEDULE_TEST(Losers, MayBeGone) {
  const auto shop = MakeWorkshop();
  const int left = shop->channel(0);
  const int right = shop->channel(0);
  shop->task({{Recv(left), Recv(right)}});
  shop->task({{Send(left, 1)}});
  const int late = shop->task({{Send(right, 2)}});
  const int waiting = shop->run(2);
  // One of the two is received, the other one waits for somebody else.
  EXPECT_EQ(waiting, 1);
  SOMETIMES(shop->outcomes(late).empty());
  SOMETIMES(!shop->outcomes(late).empty());
}

// Two senders come by two channels at the same time. The one who is not chosen is served later.
SCHEDULE_TEST(Select, TakesExactlyOne) {
  const auto shop = MakeWorkshop();
  const int left = shop->channel(0);
  const int right = shop->channel(0);
  const int chooser = shop->task({{Recv(left), Recv(right)}, {Recv(left), Recv(right)}});
  shop->task({{Send(left, 1)}});
  shop->task({{Send(right, 10)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0) << "an item is lost, or its sender";
  const auto& outcomes = shop->outcomes(chooser);
  EXPECT_EQ(outcomes[0].value + outcomes[1].value, 11) << "each item arrives once";
  EXPECT_NE(outcomes[0].arm, outcomes[1].arm);
  SOMETIMES(outcomes[0].arm == 0);
  SOMETIMES(outcomes[0].arm == 1);
}

SCHEDULE_TEST(Select, SendsExactlyOne) {
  const auto shop = MakeWorkshop();
  const int left = shop->channel(0);
  const int right = shop->channel(0);
  const int chooser = shop->task({{Send(left, 1), Send(right, 2)}});
  const int ada = shop->task({{Recv(left)}});
  const int ben = shop->task({{Recv(right)}});
  EXPECT_EQ(shop->run(2), 1) << "one receives, the other one goes on waiting";
  const std::size_t arm = shop->outcomes(chooser)[0].arm;
  EXPECT_EQ(shop->outcomes(ada).size(), arm == 0 ? 1u : 0u);
  EXPECT_EQ(shop->outcomes(ben).size(), arm == 1 ? 1u : 0u);
}

SCHEDULE_TEST(Select, IsDoneAtOnceIfItCanBe) {
  const auto shop = MakeWorkshop();
  const int empty = shop->channel(1);
  const int full = shop->channel(1);
  const int task = shop->task(
      {{Send(full, 1)}, {Recv(empty), Recv(full)}, {Send(full, 2)}, {Send(full, 3), Send(empty, 4)}, {Recv(empty)}});
  EXPECT_NO_LOST_TASK(shop->run(1) == 0);
  const auto& outcomes = shop->outcomes(task);
  EXPECT_EQ(outcomes[1].arm, 1u);
  EXPECT_EQ(outcomes[1].value, 1);
  EXPECT_EQ(outcomes[3].arm, 1u);
  EXPECT_EQ(outcomes[4].value, 4);
}

SCHEDULE_TEST(Crossing, SelectsMayNameTheirChannelsInAnyOrder) {
  const auto shop = MakeWorkshop();
  const int left = shop->channel(0);
  const int right = shop->channel(0);
  const int ada = shop->task({{Recv(left), Recv(right)}});
  const int ben = shop->task({{Recv(right), Recv(left)}});
  shop->task({{Send(left, 1)}, {Send(right, 10)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0);
  EXPECT_EQ(shop->outcomes(ada)[0].value + shop->outcomes(ben)[0].value, 11);
}

// Each offers what the other one wants, in both directions: exactly one of the two happens.
SCHEDULE_TEST(Crossing, SelectsMayMeetEachOther) {
  const auto shop = MakeWorkshop();
  const int left = shop->channel(0);
  const int right = shop->channel(0);
  const int ada = shop->task({{Send(left, 1), Recv(right)}});
  const int ben = shop->task({{Recv(left), Send(right, 2)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0);
  EXPECT_EQ(shop->outcomes(ada)[0].arm, shop->outcomes(ben)[0].arm) << "both did the same transfer";
  const bool went_left = shop->outcomes(ada)[0].arm == 0;
  EXPECT_EQ(shop->outcomes(went_left ? ben : ada)[0].value, went_left ? 1 : 2);
}

// There is always something in both channels. Each must get its share; drawing lots is good enough.
SCHEDULE_TEST(Fair, NoChannelIsPassedOverForEver) {
  constexpr int kRounds = 60;
  const auto shop = MakeWorkshop();
  const int left = shop->channel(kRounds);
  const int right = shop->channel(kRounds);
  std::vector<Step> steps;
  for (int i = 0; i < kRounds; ++i) steps.push_back({Send(left, i)});
  for (int i = 0; i < kRounds; ++i) steps.push_back({Send(right, i)});
  for (int i = 0; i < kRounds; ++i) steps.push_back({Recv(left), Recv(right)});
  const int task = shop->task(steps);
  EXPECT_NO_LOST_TASK(shop->run(1) == 0);
  int by_right = 0;
  for (std::size_t i = 2 * kRounds; i < 3 * kRounds; ++i) by_right += shop->outcomes(task)[i].arm == 1 ? 1 : 0;
  EXPECT_NOT_STARVED(by_right > 0) << "in " << kRounds << " rounds the second operation was never done";
  EXPECT_NOT_STARVED(by_right < kRounds) << "in " << kRounds << " rounds the first operation was never done";
}

SCHEDULE_TEST(Items, AreNotCopiedNorLeftBehind) {
  {
    const auto shop = MakeWorkshop();
    const int channel = shop->channel(2);
    const int other = shop->channel(0);
    shop->task({{Send(channel, 1)}, {Send(channel, 2)}, {Send(channel, 3), Send(other, 4)}});
    shop->task({{Recv(channel)}});
    EXPECT_EQ(shop->run(2), 0);
    EXPECT_GE(ItemsAlive(), 2);
  }
  EXPECT_EQ(ItemsAlive(), 0);
}

}  // namespace
}  // namespace exercise
