// POS redraws the priority of a pending event only when an event it depends on is performed. What that does to the odds
// is exact: thread a has one operation, thread b has k. While b's are independent of a's, a keeps its priority and
// comes last with the chance of being the least of k + 1 draws, 1/(k+1). Where they depend, a draws anew each time, and
// comes last with 2^-k. Hoeffding: with 2 * 10^5 executions a frequency is off by more than 0.008 with p < 2 exp(-25.6)
// < 1e-10.
#include "framework/strategy/pos.h"

#include <gtest/gtest.h>

#include "tests/strategy/simulated_program.h"

namespace racecourse::strategy_tests {
namespace {

constexpr int kExecutions = 200'000;
constexpr double kTolerance = 0.008;
constexpr unsigned kOperations = 4;

SimulatedProgram OneAgainstMany(PendingOperation one, PendingOperation many) {
  SimulatedProgram program;
  program.threads.push_back({.operations = {{.name = "a", .kind = one.kind, .object = one.object}}});
  SimulatedThread& thread = program.threads.emplace_back();
  for (unsigned i = 0; i < kOperations; ++i) {
    thread.operations.push_back({.name = "b" + std::to_string(i), .kind = many.kind, .object = many.object});
  }
  return program;
}

// How often operation `name` is the last of all.
double FrequencyOfLast(const SimulatedProgram& program, const std::string& name) {
  Pos pos;
  int last = 0;
  for (std::uint64_t seed = 0; seed < kExecutions; ++seed)
    last += Execute(program, &pos, seed).order.back() == name ? 1 : 0;
  return last / double{kExecutions};
}

constexpr OperationKind kLoad = OperationKind::kAtomicLoad;
constexpr OperationKind kStore = OperationKind::kAtomicStore;

TEST(Pos, OtherObjectsDoNotRedraw) {
  EXPECT_NEAR(FrequencyOfLast(OneAgainstMany({kStore, 1}, {kStore, 2}), "a"), 1.0 / (kOperations + 1), kTolerance);
}

TEST(Pos, ReadsOfTheSameObjectDoNotRedraw) {
  EXPECT_NEAR(FrequencyOfLast(OneAgainstMany({kLoad, 1}, {kLoad, 1}), "a"), 1.0 / (kOperations + 1), kTolerance);
}

// Operations on nothing that can be shared, such as creating a thread.
TEST(Pos, OperationsOnNothingDoNotRedraw) {
  EXPECT_NEAR(FrequencyOfLast(OneAgainstMany({kStore, 0}, {kStore, 0}), "a"), 1.0 / (kOperations + 1), kTolerance);
}

TEST(Pos, WritesOfTheSameObjectRedraw) {
  EXPECT_NEAR(FrequencyOfLast(OneAgainstMany({kStore, 1}, {kStore, 1}), "a"), 1.0 / (1 << kOperations), kTolerance);
}

TEST(Pos, AWriteRedrawsAPendingRead) {
  EXPECT_NEAR(FrequencyOfLast(OneAgainstMany({kLoad, 1}, {kStore, 1}), "a"), 1.0 / (1 << kOperations), kTolerance);
}

TEST(Pos, AReadRedrawsAPendingWrite) {
  EXPECT_NEAR(FrequencyOfLast(OneAgainstMany({kStore, 1}, {kLoad, 1}), "a"), 1.0 / (1 << kOperations), kTolerance);
}

// The point of it all: two threads that meet once, each after a stretch of its own, meet in both orders equally often,
// and a stretch of one does not push the other's operation to the end.
TEST(Pos, UnrelatedWorkOfAThirdThreadDoesNotChangeTheOddsOfTwo) {
  SimulatedProgram program;
  program.threads.push_back({.operations = {{.name = "a", .kind = kStore, .object = 1}}});
  program.threads.push_back({.operations = {{.name = "b", .kind = kStore, .object = 1}}});
  SimulatedThread& third = program.threads.emplace_back();
  for (int i = 0; i < 10; ++i) {
    third.operations.push_back({.name = "c" + std::to_string(i), .kind = kStore, .object = 2});
  }
  Pos pos;
  int a_first = 0;
  for (std::uint64_t seed = 0; seed < kExecutions; ++seed)
    a_first += Execute(program, &pos, seed).Has({"a", "b"}) ? 1 : 0;
  EXPECT_NEAR(a_first / double{kExecutions}, 0.5, kTolerance);
}

}  // namespace
}  // namespace racecourse::strategy_tests
