// What holds for every strategy: its picks are legal and its randomness comes from the seed alone.
#include "framework/strategy/strategy.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>

#include "framework/strategy/pct.h"
#include "framework/strategy/pos.h"
#include "framework/strategy/random_walk.h"
#include "tests/strategy/simulated_program.h"

namespace racecourse::strategy_tests {
namespace {

struct Named {
  const char* name;
  std::function<std::unique_ptr<Strategy>()> make;
};
void PrintTo(const Named& named, std::ostream* out) { *out << named.name; }

class EveryStrategy : public testing::TestWithParam<Named> {
 protected:
  std::unique_ptr<Strategy> strategy_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Strategies, EveryStrategy,
                         testing::Values(Named{"RandomWalk", [] { return std::make_unique<RandomWalk>(); }},
                                         Named{"Pct", [] { return std::make_unique<Pct>(); }},
                                         Named{"Pos", [] { return std::make_unique<Pos>(); }}),
                         [](const auto& info) { return std::string(info.param.name); });

// Up to five threads of up to eight operations on three objects; half of the operations wait for an earlier thread's.
SimulatedProgram RandomProgram(std::mt19937* random) {
  SimulatedProgram program = SimulatedProgram::Uniform(2 + (*random)() % 4, 1 + (*random)() % 8);
  for (std::size_t i = 0; i < program.threads.size(); ++i) {
    for (SimulatedOperation& operation : program.threads[i].operations) {
      operation.object = (*random)() % 3;
      if ((*random)() % 2 == 0) operation.kind = OperationKind::kAtomicLoad;
      if (i == 0 || (*random)() % 2 == 0) continue;
      const auto& earlier = program.threads[(*random)() % i].operations;
      operation.waits_for = {earlier[(*random)() % earlier.size()].name};
    }
    if (i > 0 && (*random)() % 2 == 0) program.threads[i].created_by = program.threads[0].operations[0].name;
  }
  return program;
}

TEST_P(EveryStrategy, PicksAreLegalAndRunsEnd) {
  constexpr unsigned kSeed = 31;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    const SimulatedExecution execution = Execute(RandomProgram(&random), strategy_.get(), random());
    ASSERT_TRUE(execution.all_picks_were_legal) << execution.ToString();
    ASSERT_TRUE(execution.ended) << execution.ToString();
  }
}

TEST_P(EveryStrategy, SameSeedSamePicks) {
  const SimulatedProgram program = SimulatedProgram::Uniform(3, 5);
  const std::unique_ptr<Strategy> other = GetParam().make();
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    EXPECT_EQ(Execute(program, strategy_.get(), seed).picks, Execute(program, other.get(), seed).picks) << seed;
  }
}

// What a strategy did before must not show: budgets are split among processes by the number of the execution. (PCT also
// learns the length of executions, and here all have the same.)
TEST_P(EveryStrategy, EarlierExecutionsDoNotShow) {
  const SimulatedProgram program = SimulatedProgram::Uniform(3, 5);
  for (std::uint64_t seed = 0; seed < 50; ++seed) Execute(program, strategy_.get(), seed);
  const std::unique_ptr<Strategy> fresh = GetParam().make();
  for (std::uint64_t seed = 100; seed < 150; ++seed) {
    EXPECT_EQ(Execute(program, strategy_.get(), seed).picks, Execute(program, fresh.get(), seed).picks) << seed;
  }
}

TEST_P(EveryStrategy, OtherSeedsOtherPicks) {
  const SimulatedProgram program = SimulatedProgram::Uniform(3, 5);
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 200; ++seed) orders.insert(Execute(program, strategy_.get(), seed).ToString());
  EXPECT_GT(orders.size(), 20u);
}

ChoiceOfThread TwoEnabledOneUnusual(const PendingOperation* pending) {
  ChoiceOfThread choice;
  choice.enabled.Add(0);
  choice.enabled.Add(3);
  choice.unusual.Add(7);
  choice.pending = pending;
  choice.current = 0;
  choice.default_thread = 0;
  return choice;
}

// One step in eight. Hoeffding: with 10^5 draws a frequency is off by more than 0.011 with p < 2 exp(-24.2) < 1e-10.
TEST_P(EveryStrategy, TakesUnusualMovesNowAndThen) {
  const std::vector<PendingOperation> pending(kMaxThreads, {OperationKind::kAtomicStore, 1});
  strategy_->BeginExecution(1);
  for (const ThreadSlot slot : {0u, 3u, 7u}) strategy_->ThreadStarted(slot);
  constexpr int kPicks = 100'000;
  int unusual = 0;
  for (int i = 0; i < kPicks; ++i) {
    const ThreadSlot picked = strategy_->PickThread(TwoEnabledOneUnusual(pending.data()));
    ASSERT_TRUE(picked == 0 || picked == 3 || picked == 7);
    unusual += picked == 7 ? 1 : 0;
  }
  EXPECT_NEAR(unusual / double{kPicks}, 1.0 / 8, 0.011);
}

// As above, for each of the outcomes.
TEST_P(EveryStrategy, OutcomesAreLegalAndFair) {
  strategy_->BeginExecution(2);
  constexpr int kPicks = 100'000;
  for (const std::uint32_t count : {2u, 3u, 255u}) {
    std::vector<int> taken(count);
    for (int i = 0; i < kPicks; ++i) {
      const std::uint32_t outcome = strategy_->PickOutcome(count);
      ASSERT_LT(outcome, count);
      ++taken[outcome];
    }
    for (const int times : taken) EXPECT_NEAR(times / double{kPicks}, 1.0 / count, 0.011) << count;
  }
}

// A loop that polls must not starve the thread it polls for.
TEST_P(EveryStrategy, PollingEnds) {
  SimulatedProgram program = SimulatedProgram::Uniform(2, 3);
  program.threads[0].operations[1].polls = true;
  program.threads[0].operations[1].waits_for = {"b2"};
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    ASSERT_TRUE(Execute(program, strategy_.get(), seed, 2'000).ended) << seed;
  }
}

}  // namespace
}  // namespace racecourse::strategy_tests
