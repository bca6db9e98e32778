#include "framework/strategy/replay.h"

#include <gtest/gtest.h>

#include <memory>

#include "framework/strategy/random_walk.h"
#include "tests/strategy/simulated_program.h"

namespace racecourse::strategy_tests {
namespace {

std::unique_ptr<Schedule> Make(const std::vector<Deviation>& deviations) {
  auto schedule = std::make_unique<Schedule>();
  for (const Deviation& deviation : deviations) schedule->deviations[schedule->deviation_count++] = deviation;
  return schedule;
}

class ReplayTest : public testing::Test {
 protected:
  SimulatedExecution RunWith(const std::vector<Deviation>& deviations) {
    schedule_ = Make(deviations);
    replay_.Follow(schedule_.get());
    return Execute(program_, &replay_, 0);
  }

  SimulatedProgram program_ = SimulatedProgram::Uniform(2, 3);
  std::unique_ptr<Schedule> schedule_;
  Replay replay_;
};

// Thread a is of the lowest slot; the default stays with it until it ends.
TEST_F(ReplayTest, TheEmptyScheduleTakesEveryDefault) {
  EXPECT_EQ(RunWith({}).ToString(), "a0 a1 a2 b0 b1 b2");
  EXPECT_EQ(replay_.UnusedDeviations(), 0u);
}

TEST_F(ReplayTest, FollowsDeviations) {
  EXPECT_EQ(RunWith({{0, 1}}).ToString(), "b0 b1 b2 a0 a1 a2");
  EXPECT_EQ(RunWith({{1, 1}}).ToString(), "a0 b0 b1 b2 a1 a2");
  EXPECT_EQ(RunWith({{1, 1}, {2, 0}, {3, 1}}).ToString(), "a0 b0 a1 b1 b2 a2");
  EXPECT_EQ(replay_.UnusedDeviations(), 0u);
}

TEST_F(ReplayTest, CountsDeviationsThatAreNeverReached) {
  EXPECT_EQ(RunWith({{1, 1}, {90, 0}, {91, 1}}).ToString(), "a0 b0 b1 b2 a1 a2");
  EXPECT_EQ(replay_.UnusedDeviations(), 2u);
}

TEST_F(ReplayTest, SkipsAndCountsWhatIsNotLegal) {
  EXPECT_EQ(RunWith({{0, 5}, {1, 1}, {2, 255}}).ToString(), "a0 b0 b1 b2 a1 a2");
  EXPECT_EQ(replay_.UnusedDeviations(), 2u);
}

TEST_F(ReplayTest, BeginsAgainWithEveryExecution) {
  const std::string first = RunWith({{1, 1}, {2, 7}}).ToString();
  EXPECT_EQ(Execute(program_, &replay_, 1).ToString(), first);
  EXPECT_EQ(replay_.UnusedDeviations(), 1u);
}

TEST_F(ReplayTest, OutcomesAreChoicesToo) {
  schedule_ = Make({{1, 2}, {3, 9}});
  replay_.Follow(schedule_.get());
  replay_.BeginExecution(0);
  EXPECT_EQ(replay_.PickOutcome(3), 0u);
  EXPECT_EQ(replay_.PickOutcome(3), 2u);
  EXPECT_EQ(replay_.PickOutcome(3), 0u);
  EXPECT_EQ(replay_.PickOutcome(3), 0u);  // 9 is no outcome
  EXPECT_EQ(replay_.UnusedDeviations(), 1u);
}

TEST_F(ReplayTest, UnusualMovesAreLegal) {
  schedule_ = Make({{0, 4}});
  replay_.Follow(schedule_.get());
  replay_.BeginExecution(0);
  ChoiceOfThread choice;
  choice.enabled.Add(2);
  choice.unusual.Add(4);
  choice.pending = nullptr;
  choice.current = choice.default_thread = 2;
  EXPECT_EQ(replay_.PickThread(choice), 4u);
  EXPECT_EQ(replay_.PickThread(choice), 2u);
  EXPECT_EQ(replay_.UnusedDeviations(), 0u);
}

// Whatever a random strategy did, its deviations from the default bring about again. 500 random executions.
TEST_F(ReplayTest, RepeatsWhatAnotherStrategyDid) {
  program_ = SimulatedProgram::Uniform(3, 4);
  program_.threads[2].operations[1].waits_for = {"a2"};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    // Notes each pick beside the default.
    class Noting final : public Strategy {
     public:
      void BeginExecution(std::uint64_t seed) override { walk_.BeginExecution(seed); }
      void EndExecution(std::uint32_t choices) override { walk_.EndExecution(choices); }
      void ThreadStarted(ThreadSlot slot) override { walk_.ThreadStarted(slot); }
      ThreadSlot PickThread(const ChoiceOfThread& choice) override {
        const ThreadSlot picked = walk_.PickThread(choice);
        if (picked != choice.default_thread) deviations.push_back({choices_, static_cast<std::uint8_t>(picked)});
        ++choices_;
        return picked;
      }
      std::uint32_t PickOutcome(std::uint32_t count) override { return walk_.PickOutcome(count); }
      std::vector<Deviation> deviations;

     private:
      RandomWalk walk_;
      std::uint32_t choices_ = 0;
    } noting;
    const SimulatedExecution original = Execute(program_, &noting, seed);
    const SimulatedExecution repeated = RunWith(noting.deviations);
    ASSERT_EQ(repeated.order, original.order) << seed;
    ASSERT_EQ(repeated.picks, original.picks) << seed;
    ASSERT_EQ(replay_.UnusedDeviations(), 0u) << seed;
  }
}

}  // namespace
}  // namespace racecourse::strategy_tests
