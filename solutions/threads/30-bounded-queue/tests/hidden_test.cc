// The tests that students do not see. As in the public ones, all that is expected holds in every
// schedule of a right program.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Pops from a queue that nobody closes.
int PopOne(QueueUnderTest<int>& queue) {
  const std::optional<int> item = queue.pop();
  EXPECT_TRUE(item) << "nobody closes this queue: pop must wait for an item";
  return item.value_or(0);
}

// A wake-up that goes to a thread which cannot use it leaves somebody asleep for ever.
SCHEDULE_TEST(WakeUps, TwoProducersAndTwoConsumersShareOnePlace) {
  const auto queue = MakeQueue<int>(1);
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (const int first : {1, 100}) {
    threads.emplace_back([&queue, first] {
      EXPECT_TRUE(queue->push(first));
      EXPECT_TRUE(queue->push(first * 10));
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&queue, &sum] {
      sum += PopOne(*queue);
      sum += PopOne(*queue);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum.load(), 1111);
}

// Both consumers may be asleep when the first item comes, and still be when the second one does.
SCHEDULE_TEST(WakeUps, TwoItemsWakeTwoConsumers) {
  const auto queue = MakeQueue<int>(2);
  std::atomic<int> sum{0};
  std::thread ada([&] { sum += PopOne(*queue); });
  std::thread ben([&] { sum += PopOne(*queue); });
  queue->push(1);
  queue->push(10);
  ada.join();
  ben.join();
  EXPECT_EQ(sum.load(), 11);
}

SCHEDULE_TEST(WakeUps, TwoPlacesWakeTwoProducers) {
  const auto queue = MakeQueue<int>(2);
  queue->push(1);
  queue->push(10);
  std::thread ada([&] { EXPECT_TRUE(queue->push(100)); });
  std::thread ben([&] { EXPECT_TRUE(queue->push(100)); });
  EXPECT_EQ(queue->pop(), 1);
  EXPECT_EQ(queue->pop(), 10);
  ada.join();
  ben.join();
  EXPECT_EQ(queue->pop(), 100);
  EXPECT_EQ(queue->pop(), 100);
}

SCHEDULE_TEST(CloseWakesAll, Consumers) {
  const auto queue = MakeQueue<int>(1);
  std::thread ada([&] { EXPECT_EQ(queue->pop(), std::nullopt); });
  std::thread ben([&] { EXPECT_EQ(queue->pop(), std::nullopt); });
  queue->close();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(CloseWakesAll, Producers) {
  const auto queue = MakeQueue<int>(1);
  queue->push(1);
  std::thread ada([&] { EXPECT_FALSE(queue->push(2)); });
  std::thread ben([&] { EXPECT_FALSE(queue->push(3)); });
  queue->close();
  ada.join();
  ben.join();
  EXPECT_EQ(queue->pop(), 1);
  EXPECT_EQ(queue->pop(), std::nullopt);
}

// pop says "closed and empty" only once. An item that push accepts after that would never be seen.
SCHEDULE_TEST(CloseRejects, WhatIsAcceptedComesOut) {
  const auto queue = MakeQueue<int>(2);
  bool accepted = false;
  std::thread producer([&] { accepted = queue->push(1); });
  queue->close();
  int received = 0;
  while (queue->pop()) ++received;
  producer.join();
  EXPECT_EQ(received, accepted ? 1 : 0);
}

SCHEDULE_TEST(CloseRejects, WhatIsAcceptedAfterWaitingComesOut) {
  const auto queue = MakeQueue<int>(1);
  int accepted = 0;
  std::thread producer([&] {
    for (int i = 0; i < 2; ++i) accepted += queue->push(int{i}) ? 1 : 0;
  });
  queue->close();
  int received = 0;
  while (queue->pop()) ++received;
  producer.join();
  EXPECT_EQ(received, accepted);
}

SCHEDULE_TEST(Size, MayBeAskedAtAnyTime) {
  const auto queue = MakeQueue<int>(2);
  std::thread producer([&] {
    queue->push(1);
    queue->push(2);
  });
  const std::size_t first = queue->size();
  const std::size_t second = queue->size();
  EXPECT_LE(first, second) << "nobody takes items out";
  EXPECT_LE(second, 2u);
  producer.join();
  EXPECT_EQ(queue->size(), 2u);
}

SCHEDULE_TEST(Items, NeedNotBeCopyable) {
  const auto queue = MakeQueue<std::unique_ptr<int>>(1);
  std::thread producer([&] {
    queue->push(std::make_unique<int>(1));
    queue->push(std::make_unique<int>(2));
  });
  for (const int expected : {1, 2}) {
    const auto item = queue->pop();
    EXPECT_TRUE(item && *item && **item == expected) << "expected: " << expected;
  }
  producer.join();
}

SCHEDULE_TEST(Items, DoNotOutliveTheQueue) {
  Census census;
  {
    const auto queue = MakeQueue<Token>(3);
    for (int number = 1; number <= 3; ++number) queue->push(Token(census, number));
    queue->pop();
    queue->push(Token(census, 4));
    EXPECT_EQ(census.alive.load(), 3);
    queue->close();
  }
  EXPECT_EQ(census.alive.load(), 0) << "items were in the queue when it was destroyed";
}

// Whichever move of a push fails, be it while the item is passed on, the queue stays as it was.
SCHEDULE_TEST(ThrowingMove, LeavesTheQueueAsItWas) {
  Census census;
  for (int failing_move = 1; failing_move <= 4; ++failing_move) {
    const auto queue = MakeQueue<Token>(1);
    census.failing_move = failing_move;
    bool pushed = false;
    try {
      pushed = queue->push(Token(census, 1));
    } catch (const MoveFailed&) {
    }
    census.failing_move = 0;
    EXPECT_EQ(queue->size(), pushed ? 1u : 0u);
    if (pushed) queue->pop();
    EXPECT_TRUE(queue->push(Token(census, 2))) << "there is room";
    const std::optional<Token> second = queue->pop();
    EXPECT_TRUE(second && second->number() == 2);
  }
  EXPECT_EQ(census.alive.load(), 0);
}

SCHEDULE_TEST(ThrowingMove, LeavesTheConsumerWaiting) {
  Census census;
  const auto queue = MakeQueue<Token>(1);
  std::thread producer([&] {
    census.failing_move = 2;  // The first one hands the item over to push.
    bool pushed = false;
    try {
      pushed = queue->push(Token(census, 1));
    } catch (const MoveFailed&) {
    }
    census.failing_move = 0;
    if (!pushed) queue->push(Token(census, 1));
  });
  try {
    const std::optional<Token> item = queue->pop();
    EXPECT_TRUE(item && item->number() == 1) << "nobody closes this queue: pop must wait for the item";
  } catch (const MoveFailed&) {  // The consumer may be the one who makes the failing move.
  }
  producer.join();
}

// A timeout runs from the call, not from the last time that the thread woke. There is nobody else here
// who could let time pass, so a thread that wakes for no reason after half of its 10 ms has the other
// half left. Somewhat late is good enough; as late as if the 10 ms had begun again is not.
SCHEDULE_TEST(Deadline, IsNotPutOffByWakingForNoReason) {
  const auto queue = MakeQueue<int>(1);
  const Clock::time_point begin = Clock::now();
  EXPECT_EQ(queue->pop_for(10ms), std::nullopt);
  const Clock::duration waited = Clock::now() - begin;
  EXPECT_GE(waited, 10ms) << "gave up too early";
  EXPECT_LT(waited, 15ms) << "the timeout has begun again";
}

// The item is in the queue before the time is up. Only then does the clock jump, perhaps before the
// consumer, who has been woken, gets the processor. It must look before it gives up.
SCHEDULE_TEST(LastLook, FindsAnItemThatCameInTime) {
  const auto queue = MakeQueue<int>(1);
  std::optional<int> item;
  Clock::time_point deadline;
  std::thread consumer([&] {
    deadline = Clock::now() + 10ms;
    item = queue->pop_for(10ms);
  });
  queue->push(1);
  const Clock::time_point pushed = Clock::now();
  std::this_thread::sleep_for(20ms);
  consumer.join();
  if (pushed < deadline) {
    EXPECT_TRUE(item) << "push had returned before the time was up";
  } else {
    EXPECT_EQ(queue->size(), item ? 0u : 1u);
  }
}

}  // namespace
}  // namespace exercise
