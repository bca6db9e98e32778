// The tests you can read. Each body runs once per schedule: the framework decides again and again,
// and differently each time, which thread moves next, which waiting thread a notification wakes, and
// whether one wakes for no reason at all. What a body expects is true in every schedule of a right
// program.
//
// The clock is virtual. It stands still while threads work, and jumps forward when a timeout ends.

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

SCHEDULE_TEST(Fifo, KeepsOrder) {
  const auto queue = MakeQueue<int>(3);
  EXPECT_TRUE(queue->push(1));
  EXPECT_TRUE(queue->push(2));
  EXPECT_EQ(queue->pop(), 1);
  EXPECT_TRUE(queue->push(3));
  EXPECT_TRUE(queue->push(4));
  EXPECT_EQ(queue->pop(), 2);
  EXPECT_EQ(queue->pop(), 3);
  EXPECT_EQ(queue->pop(), 4);
}

SCHEDULE_TEST(Fifo, KnowsItsSize) {
  const auto queue = MakeQueue<int>(2);
  EXPECT_EQ(queue->size(), 0u);
  queue->push(7);
  EXPECT_EQ(queue->size(), 1u);
  queue->push(8);
  EXPECT_EQ(queue->size(), 2u);
  queue->pop();
  EXPECT_EQ(queue->size(), 1u);
}

// The consumer must wait for the producer, and the producer, since there is one place only, for the
// consumer.
SCHEDULE_TEST(HandOver, EveryItemArrivesInOrder) {
  const auto queue = MakeQueue<int>(1);
  std::thread producer([&] {
    for (const int item : {1, 2, 3}) EXPECT_TRUE(queue->push(item)) << "nobody closes this queue";
  });
  for (const int item : {1, 2, 3}) {
    EXPECT_EQ(queue->pop(), item) << "nobody closes this queue: pop must wait for the item";
  }
  producer.join();
}

SCHEDULE_TEST(HandOver, HoldsNoMoreThanItsCapacity) {
  const auto queue = MakeQueue<int>(1);
  std::atomic<int> pops_begun{0};
  std::thread producer([&] {
    for (int pushes_done = 1; pushes_done <= 3; ++pushes_done) {
      queue->push(pushes_done);
      EXPECT_LE(pushes_done - pops_begun.load(), 1) << "the queue has room for one item";
    }
  });
  for (int i = 0; i < 3; ++i) {
    ++pops_begun;
    EXPECT_TRUE(queue->pop()) << "nobody closes this queue: pop must wait for an item";
  }
  producer.join();
}

// Main puts an item in, and may have taken it out again before the waiting thread, woken for it, gets to
// look.
SCHEDULE_TEST(HandOver, WaitsOnWhenTheItemIsGoneAgain) {
  const auto queue = MakeQueue<int>(2);
  std::optional<int> received;
  std::thread waiter([&] { received = queue->pop(); });
  queue->push(1);
  const bool taken_back = queue->pop_for(0ms).has_value();
  if (taken_back) queue->push(2);
  waiter.join();
  EXPECT_EQ(received, taken_back ? 2 : 1) << "nobody closes this queue: pop must wait for an item";
}

SCHEDULE_TEST(Close, LetsOutWhatIsIn) {
  const auto queue = MakeQueue<int>(2);
  queue->push(1);
  queue->push(2);
  queue->close();
  EXPECT_FALSE(queue->push(3)) << "the queue is closed";
  EXPECT_EQ(queue->pop(), 1);
  EXPECT_EQ(queue->pop_for(10ms), 2);
  EXPECT_EQ(queue->pop(), std::nullopt);
  EXPECT_EQ(queue->pop_for(10ms), std::nullopt);
  queue->close();
  EXPECT_EQ(queue->pop(), std::nullopt) << "closing twice changes nothing";
  EXPECT_EQ(queue->size(), 0u);
}

SCHEDULE_TEST(Close, EndsAConsumer) {
  const auto queue = MakeQueue<int>(1);
  std::vector<int> received;
  std::thread consumer([&] {
    while (const std::optional<int> item = queue->pop()) received.push_back(*item);
  });
  EXPECT_TRUE(queue->push(5));
  queue->close();
  consumer.join();
  EXPECT_EQ(received, std::vector<int>{5});
}

SCHEDULE_TEST(Close, EndsAProducer) {
  const auto queue = MakeQueue<int>(1);
  queue->push(1);
  bool accepted = true;
  std::thread producer([&] { accepted = queue->push(2); });
  queue->close();
  producer.join();
  EXPECT_FALSE(accepted) << "there was never room for the second item";
  EXPECT_EQ(queue->pop(), 1);
  EXPECT_EQ(queue->pop(), std::nullopt);
}

SCHEDULE_TEST(PopFor, TakesWhatIsThere) {
  const auto queue = MakeQueue<int>(2);
  queue->push(1);
  queue->push(2);
  const Clock::time_point begin = Clock::now();
  EXPECT_EQ(queue->pop_for(10ms), 1);
  EXPECT_EQ(queue->pop_for(0ms), 2);
  EXPECT_LT(Clock::now() - begin, 10ms) << "there was no need to wait";
}

SCHEDULE_TEST(PopFor, GivesUpAfterTheTimeout) {
  const auto queue = MakeQueue<int>(1);
  EXPECT_EQ(queue->pop_for(0ms), std::nullopt);
  const Clock::time_point begin = Clock::now();
  EXPECT_EQ(queue->pop_for(10ms), std::nullopt);
  EXPECT_GE(Clock::now() - begin, 10ms) << "gave up too early";
}

// The item may come too late. But then it must be in the queue.
SCHEDULE_TEST(PopFor, LosesNothing) {
  const auto queue = MakeQueue<int>(1);
  std::thread producer([&] { EXPECT_TRUE(queue->push(1)); });
  const std::optional<int> in_time = queue->pop_for(10ms);
  producer.join();
  const std::optional<int> left_over = queue->pop_for(0ms);
  EXPECT_NE(in_time.has_value(), left_over.has_value()) << "one item went in, so one must come out";
}

}  // namespace
}  // namespace exercise
