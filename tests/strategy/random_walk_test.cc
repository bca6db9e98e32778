#include "framework/strategy/random_walk.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/strategy/simulated_program.h"

namespace racecourse::strategy_tests {
namespace {

std::set<std::string> OrdersReached(const SimulatedProgram& program, int executions) {
  RandomWalk walk;
  std::set<std::string> orders;
  for (int i = 0; i < executions; ++i) orders.insert(Execute(program, &walk, static_cast<std::uint64_t>(i)).ToString());
  return orders;
}

// With probability 1/4 an execution is not sticky at all; then each order has at least (1/threads)^operations. For m
// orders of probability q each, n executions miss one with p <= m exp(-n q).

// q = 1/4 * 2^-6 = 1/256, m = 20: 20 exp(-39) < 1e-15.
TEST(RandomWalk, ReachesAllOrdersOfTwoThreads) {
  const SimulatedProgram program = SimulatedProgram::Uniform(2, 3);
  EXPECT_EQ(AllOrders(program).size(), 20u);
  EXPECT_EQ(OrdersReached(program, 10'000), AllOrders(program));
}

// q = 1/4 * 3^-6 = 1/2916, m = 90: 90 exp(-34) < 1e-12.
TEST(RandomWalk, ReachesAllOrdersOfThreeThreads) {
  const SimulatedProgram program = SimulatedProgram::Uniform(3, 2);
  EXPECT_EQ(AllOrders(program).size(), 90u);
  EXPECT_EQ(OrdersReached(program, 100'000), AllOrders(program));
}

// Where operations wait for others, exactly the orders that are possible. q >= 1/2916, m < 90.
TEST(RandomWalk, ReachesExactlyThePossibleOrders) {
  SimulatedProgram program = SimulatedProgram::Uniform(3, 2);
  program.threads[1].operations[0].waits_for = {"a0"};
  program.threads[2].created_by = "b0";
  const std::set<std::string> possible = AllOrders(program);
  EXPECT_LT(possible.size(), 90u);
  EXPECT_EQ(OrdersReached(program, 100'000), possible);
}

// The chance that the first thread, once chosen, runs through all of its 8 operations although another could: it stays
// with 1 - 2^-(bits+1), where the execution has 0, 1, 2 or 3 bits of stickiness. This is what a walk that may switch at
// every operation does only once in 2^7. Hoeffding: 10^5 executions, off by more than 0.011 with p < 1e-10.
TEST(RandomWalk, IsSticky) {
  constexpr int kOperations = 8;
  constexpr int kExecutions = 100'000;
  double expected = 0;
  for (int bits = 0; bits < 4; ++bits) {
    expected += std::pow(1 - std::pow(2.0, -(bits + 1)), kOperations - 1) / 4;
  }
  const SimulatedProgram program = SimulatedProgram::Uniform(2, kOperations);
  RandomWalk walk;
  int runs = 0;
  for (std::uint64_t seed = 0; seed < kExecutions; ++seed) {
    const std::vector<ThreadSlot> picks = Execute(program, &walk, seed).picks;
    // Nobody is asked any more once one thread has ended.
    runs += picks == std::vector<ThreadSlot>(kOperations, picks[0]) ? 1 : 0;
  }
  EXPECT_NEAR(runs / double{kExecutions}, expected, 0.011);
}

}  // namespace
}  // namespace racecourse::strategy_tests
