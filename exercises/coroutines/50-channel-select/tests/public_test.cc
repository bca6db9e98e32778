// The tests you can read. Tasks are coroutines that run on one or more machines; a step of a task is an operation on a
// channel, or a select of two. Each body runs once per schedule: what it expects is true in every schedule.

#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// What the task has received, in order.
std::vector<int> Received(const Workshop& shop, int task) {
  std::vector<int> values;
  for (const Outcome& outcome : shop.outcomes(task)) {
    if (outcome.ok) values.push_back(outcome.value);
  }
  return values;
}

SCHEDULE_TEST(Buffered, KeepsTheOrder) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(3);
  const int task = shop->task(
      {{Send(channel, 1)}, {Send(channel, 2)}, {Recv(channel)}, {Send(channel, 3)}, {Recv(channel)}, {Recv(channel)}});
  EXPECT_NO_LOST_TASK(shop->run(1) == 0);
  const auto& outcomes = shop->outcomes(task);
  EXPECT_EQ(outcomes[2].value, 1);
  EXPECT_EQ(outcomes[4].value, 2);
  EXPECT_EQ(outcomes[5].value, 3);
}

SCHEDULE_TEST(Buffered, ReceiversWaitForItems) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(1);
  const int consumer = shop->task({{Recv(channel)}, {Recv(channel)}, {Recv(channel)}});
  shop->task({{Send(channel, 1)}, {Send(channel, 2)}, {Send(channel, 3)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0) << "somebody waits for ever";
  EXPECT_EQ(Received(*shop, consumer), (std::vector{1, 2, 3}));
}

SCHEDULE_TEST(Buffered, SendersWaitForRoom) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(2);
  const int producer = shop->task({{Send(channel, 1)}, {Send(channel, 2)}, {Send(channel, 3)}});
  EXPECT_EQ(shop->run(1), 1) << "there is room for two items, and nobody takes one out";
  EXPECT_EQ(shop->outcomes(producer).size(), 2u);
}

// Without places in the channel, no send is done before a receive has begun, nor the other way round.
SCHEDULE_TEST(Rendezvous, BothMustBeThere) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(0);
  const int sender = shop->task({{Send(channel, 1)}, {Send(channel, 2)}});
  const int receiver = shop->task({{Recv(channel)}, {Recv(channel)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0);
  EXPECT_EQ(Received(*shop, receiver), (std::vector{1, 2}));
  for (std::size_t i = 0; i < 2; ++i) {
    const Outcome& sent = shop->outcomes(sender)[i];
    const Outcome& received = shop->outcomes(receiver)[i];
    EXPECT_GT(sent.done, received.begun) << "item " << i + 1 << " was sent before anybody wanted it";
    EXPECT_GT(received.done, sent.begun);
  }
}

SCHEDULE_TEST(Rendezvous, ASenderAloneWaits) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(0);
  shop->task({{Send(channel, 1)}});
  EXPECT_EQ(shop->run(1), 1);
}

SCHEDULE_TEST(Rendezvous, ManyShareOneChannel) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(0);
  shop->task({{Send(channel, 1)}});
  shop->task({{Send(channel, 10)}});
  const int ada = shop->task({{Recv(channel)}});
  const int ben = shop->task({{Recv(channel)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0);
  EXPECT_EQ(shop->outcomes(ada)[0].value + shop->outcomes(ben)[0].value, 11);
}

SCHEDULE_TEST(Close, LetsOutWhatIsIn) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(2);
  const int task =
      shop->task({{Send(channel, 1)}, {Close(channel)}, {Send(channel, 2)}, {Recv(channel)}, {Recv(channel)}});
  EXPECT_NO_LOST_TASK(shop->run(1) == 0);
  const auto& outcomes = shop->outcomes(task);
  EXPECT_TRUE(outcomes[0].ok);
  EXPECT_FALSE(outcomes[2].ok) << "the channel is closed: the item was not accepted";
  EXPECT_TRUE(outcomes[3].ok);
  EXPECT_FALSE(outcomes[4].ok) << "closed and empty";
}

SCHEDULE_TEST(Close, EndsTheWaitingOfReceivers) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(0);
  const int ada = shop->task({{Recv(channel)}});
  const int ben = shop->task({{Recv(channel)}});
  shop->task({{Close(channel)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0) << "somebody waits at a closed channel";
  EXPECT_FALSE(shop->outcomes(ada)[0].ok || shop->outcomes(ben)[0].ok);
}

SCHEDULE_TEST(Close, EndsTheWaitingOfSenders) {
  const auto shop = MakeWorkshop();
  const int channel = shop->channel(0);
  const int ada = shop->task({{Send(channel, 1)}});
  shop->task({{Close(channel)}});
  EXPECT_NO_LOST_TASK(shop->run(2) == 0) << "somebody waits at a closed channel";
  EXPECT_FALSE(shop->outcomes(ada)[0].ok) << "nobody has received the item";
}

// After select one operation is done, and the other one never happened.
SCHEDULE_TEST(Losers, LeaveNothingBehind) {
  const auto shop = MakeWorkshop();
  const int left = shop->channel(0);
  const int right = shop->channel(0);
  const int done = shop->channel(1);
  const int chooser = shop->task({{Recv(left), Recv(right)}, {Send(done, 0)}});
  shop->task({{Send(left, 1)}, {Recv(done)}, {Send(right, 2)}});
  const int other = shop->task({{Recv(right)}});
  EXPECT_EQ(shop->run(1), 0);
  EXPECT_EQ(shop->outcomes(chooser)[0].arm, 0u);
  EXPECT_EQ(shop->outcomes(chooser)[0].value, 1);
  EXPECT_EQ(shop->outcomes(other)[0].value, 2) << "the chooser had chosen: this item was for somebody else";
}

}  // namespace
}  // namespace exercise
