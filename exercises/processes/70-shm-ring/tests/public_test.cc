// The tests you can read. Each body runs once per schedule: the framework decides again and again, and differently
// each time, which process or thread moves next. What a body expects is true in every schedule of a right program.
//
// A process maps a ring once, so whoever attaches was started before the ring was made.

#include <chrono>
#include <string>
#include <thread>

#include "adapter.h"
#include "processes.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using namespace std::chrono_literals;

SCHEDULE_TEST(Order, FirstInFirstOut) {
  const auto ring = Create("/ring", 3);
  EXPECT_EQ(InWords(ring->TryPop()), "nothing");
  for (const unsigned number : {7u, 8u, 9u}) EXPECT_TRUE(ring->TryPush(number)) << "there are three places";
  EXPECT_FALSE(ring->TryPush(10)) << "there are only three places";
  for (const unsigned number : {7u, 8u, 9u}) EXPECT_EQ(InWords(ring->TryPop()), std::to_string(number));
  EXPECT_EQ(InWords(ring->TryPop()), "nothing");
}

SCHEDULE_TEST(Order, RoundAndRound) {
  const auto ring = Create("/ring", 3);
  for (unsigned i = 0; i < 20; ++i) {
    EXPECT_TRUE(ring->Push(2 * i));
    EXPECT_TRUE(ring->TryPush(2 * i + 1));
    EXPECT_EQ(InWords(ring->TryPop()), std::to_string(2 * i));
    EXPECT_EQ(InWords(ring->Pop()), std::to_string(2 * i + 1));
  }
}

SCHEDULE_TEST(Order, PopGivesUpWhenItsTimeIsUp) {
  const auto ring = Create("/ring", 1);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(InWords(ring->PopFor(50ms)), "nothing");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms) << "gave up too early";
}

// Two threads of one process, with one ring between them: one pushes, the other pops.
SCHEDULE_TEST(Threads, TryUntilItWorks) {
  const auto ring = Create("/ring", 2);
  std::thread producer([&] {
    for (unsigned i = 0; i < 3; ++i) {
      while (!ring->TryPush(i)) std::this_thread::yield();
    }
  });
  for (unsigned i = 0; i < 3;) {
    const auto item = ring->TryPop();
    if (!item) {
      std::this_thread::yield();
      continue;
    }
    EXPECT_EQ(InWords(item), std::to_string(i));
    ++i;
  }
  producer.join();
}

SCHEDULE_TEST(Threads, WaitForEachOther) {
  const auto ring = Create("/ring", 1);
  std::thread producer([&] {
    for (unsigned i = 0; i < 3; ++i) EXPECT_TRUE(ring->Push(i));
  });
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(InWords(ring->Pop()), std::to_string(i));
  producer.join();
}

SCHEDULE_TEST(Processes, OneProducesTheOtherConsumes) {
  Bell made;
  const pid_t producer = Start([&] {
    made.Await();
    const auto ring = AttachExisting("/ring");
    for (unsigned i = 0; i < 3; ++i) EXPECT_TRUE(ring->Push(i));
    return 0;
  });
  const auto ring = Create("/ring", 2);
  made.Ring();
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(InWords(ring->Pop()), std::to_string(i));
  EXPECT_EQ(InWords(ring->Pop()), "nothing") << "the producer has gone, and there is no more";
  EXPECT_EQ(Await(producer), 0);
  EXPECT_TRUE(ring->PeerDied());
}

SCHEDULE_TEST(Processes, AFullRingWaitsForTheConsumer) {
  Bell made;
  const pid_t consumer = Start([&] {
    made.Await();
    const auto ring = AttachExisting("/ring");
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(InWords(ring->Pop()), std::to_string(i));
    return 0;
  });
  const auto ring = Create("/ring", 1);
  EXPECT_FALSE(ring->PeerDied()) << "who has not come yet has not died";
  made.Ring();
  for (unsigned i = 0; i < 3; ++i) EXPECT_TRUE(ring->Push(i));
  EXPECT_EQ(Await(consumer), 0);
}

}  // namespace
}  // namespace exercise
