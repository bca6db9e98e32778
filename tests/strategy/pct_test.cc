// PCT's guarantee, on bugs whose depth is known: p >= 1/(n k^(d-1)) per execution, for n threads, k choices and depth
// d. Chernoff: of N executions, fewer than 3/4 N p hit the bug with a probability below exp(-N p / 32); every test runs
// N > 700 / p, so a correct PCT fails it with less than exp(-21.8) < 1e-9.
#include "framework/strategy/pct.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/strategy/simulated_program.h"

namespace racecourse::strategy_tests {
namespace {

using IsBug = std::function<bool(const SimulatedExecution&)>;

// k is never taken for less than this.
constexpr double kChoicesMin = 16;
constexpr int kDepth = 3;
// The depth is drawn anew for every execution: a third of them have the depth of the bug.
constexpr double kShareOfEachDepth = 1.0 / 3;

void ExpectGuarantee(const SimulatedProgram& program, int depth, const IsBug& is_bug, Strategy& pct) {
  std::size_t choices = 0;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {  // learns k
    choices = std::max(choices, Execute(program, &pct, seed).picks.size());
  }
  const double k = std::max(kChoicesMin, static_cast<double>(choices));
  double guarantee = 1.0 / static_cast<double>(program.threads.size());
  for (int i = 1; i < depth; ++i) guarantee /= k;
  guarantee *= kShareOfEachDepth;
  const auto executions = static_cast<std::uint64_t>(700 / guarantee);
  std::uint64_t hits = 0;
  for (std::uint64_t i = 0; i < executions; ++i) hits += is_bug(Execute(program, &pct, 1'000 + i)) ? 1 : 0;
  EXPECT_GE(static_cast<double>(hits), 0.75 * guarantee * static_cast<double>(executions))
      << hits << " of " << executions << ", guaranteed probability " << guarantee;
}

void ExpectGuarantee(const SimulatedProgram& program, int depth, const IsBug& is_bug) {
  Pct pct;
  ExpectGuarantee(program, depth, is_bug, pct);
}

// PCT to the letter of the paper, for a given depth and k: the thread that would move at the i-th change point gets
// priority i, whatever came before.
class PaperPct final : public Strategy {
 public:
  PaperPct(int depth, std::uint32_t choices) : change_points_(static_cast<std::size_t>(depth - 1)), choices_(choices) {}
  void BeginExecution(std::uint64_t seed) override {
    random_.Seed(seed);
    for (std::uint32_t& point : change_points_) point = 1 + random_.Below(choices_);
    step_ = 0;
  }
  void EndExecution(std::uint32_t) override {}
  void ThreadStarted(ThreadSlot slot) override { priorities_[slot] = (random_.Next() >> 1) + change_points_.size(); }
  ThreadSlot PickThread(const ChoiceOfThread& choice) override {
    ++step_;
    for (std::size_t i = 0; i < change_points_.size(); ++i) {
      if (change_points_[i] == step_) priorities_[Highest(choice.enabled)] = i;
    }
    return Highest(choice.enabled);
  }
  std::uint32_t PickOutcome(std::uint32_t) override { return 0; }

 private:
  ThreadSlot Highest(const ThreadSet& enabled) const {
    ThreadSlot best = enabled.First();
    enabled.ForEach([&](ThreadSlot slot) {
      if (priorities_[slot] > priorities_[best]) best = slot;
    });
    return best;
  }

  Random random_;
  std::uint64_t priorities_[kMaxThreads] = {};
  std::vector<std::uint32_t> change_points_;
  std::uint32_t choices_;
  std::uint32_t step_ = 0;
};

// Nothing but the right thread in the last place.
TEST(Pct, FindsBugsOfDepthOne) {
  ExpectGuarantee(SimulatedProgram::Uniform(4, 3), 1, [](const SimulatedExecution& e) {
    return e.Has({"a2", "d0"}) && e.Has({"b2", "d0"}) && e.Has({"c2", "d0"});
  });
}

// An operation of another thread between two that should be one.
TEST(Pct, FindsBugsOfDepthTwo) {
  ExpectGuarantee(SimulatedProgram::Uniform(2, 4), 2,
                  [](const SimulatedExecution& e) { return e.Has({"a1", "b0", "b3", "a2"}); });
}

TEST(Pct, FindsBugsOfDepthTwoInALongProgram) {
  ExpectGuarantee(SimulatedProgram::Uniform(2, 40), 2,
                  [](const SimulatedExecution& e) { return e.Has({"a20", "b0", "b39", "a21"}); });
}

// Away and back: two changes of priority.
TEST(Pct, FindsBugsOfDepthThree) {
  ExpectGuarantee(SimulatedProgram::Uniform(2, 4), 3,
                  [](const SimulatedExecution& e) { return e.Has({"a1", "b0", "b1", "a2", "a3", "b2"}); });
}

// Three threads: the first is stopped before its last operation, so is the second, the third runs, then the two in the
// order in which they were not stopped. Depth 3: two changes and the third thread last.
TEST(Pct, FindsBugsOfDepthThreeInThreeThreads) {
  ExpectGuarantee(SimulatedProgram::Uniform(3, 2), 3,
                  [](const SimulatedExecution& e) { return e.Has({"b0", "a1"}) && e.Has({"c0", "a1", "b1", "c1"}); });
}

// A change point lowers the thread that would run next, whoever that is. b1 must come after a2 although thread b
// outranks thread a, or it would not be waiting in time.
SimulatedProgram WokenThread() {
  SimulatedProgram program = SimulatedProgram::Uniform(2, 3);
  program.threads[1].operations[1].waits_for = {"a1"};
  return program;
}
bool IsWokenThreadHeldBack(const SimulatedExecution& e) { return e.Has({"b0", "a0"}) && e.Has({"a2", "b1"}); }

// The i-th change point has the i-th priority, whenever it comes. Thread b is created late and must go on before thread
// c, which was held back first.
SimulatedProgram LateThread() {
  SimulatedProgram program = SimulatedProgram::Uniform(3, 3);
  program.threads[1].created_by = "a0";
  return program;
}
bool GoesOnFirst(const SimulatedExecution& e) {
  return e.Has({"b0", "a2"}) && e.Has({"c0", "a0"}) && e.Has({"a2", "b1", "c1"});
}

// The two are bugs of the depth we say they are: the paper's algorithm finds them as often as it promises.
TEST(PaperPct, HoldsBackAThreadThatWasJustWoken) {
  PaperPct pct(kDepth, 16);
  ExpectGuarantee(WokenThread(), 2, IsWokenThreadHeldBack, pct);
}
TEST(PaperPct, LetsTheThreadHeldBackLaterGoFirst) {
  PaperPct pct(kDepth, 16);
  ExpectGuarantee(LateThread(), 3, GoesOnFirst, pct);
}

// A gap: ours lowers the thread that arrived, and nobody if that thread cannot go on; one that was woken or created and
// outranks it is not held back before its next operation.
TEST(Pct, HoldsBackAThreadThatWasJustWoken) { ExpectGuarantee(WokenThread(), 2, IsWokenThreadHeldBack); }

// A gap: ours gives each later change a lower priority than the one before, so of two threads held back the first goes
// on first, always.
TEST(Pct, LetsTheThreadHeldBackLaterGoFirst) { ExpectGuarantee(LateThread(), 3, GoesOnFirst); }

// Two threads poll and give way to each other after each step, for a third one to move. Whatever the priorities, it
// does before long.
TEST(Pct, DoesNotLetPollingThreadsStarveTheOneTheyPollFor) {
  constexpr int kStepsMax = 1'000;
  Pct pct;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    pct.BeginExecution(seed);
    for (const ThreadSlot slot : {0, 1, 2}) pct.ThreadStarted(slot);
    ThreadSlot picked = 0;
    int steps = 0;
    while (picked != 2) {
      ChoiceOfThread choice;
      for (const ThreadSlot slot : {0, 1, 2}) {
        if (slot != picked || steps == 0) choice.enabled.Add(slot);
      }
      choice.default_thread = choice.enabled.First();
      picked = pct.PickThread(choice);
      ASSERT_LT(++steps, kStepsMax) << "seed " << seed;
    }
    pct.EndExecution(static_cast<std::uint32_t>(steps));
  }
}

}  // namespace
}  // namespace racecourse::strategy_tests
