// A program as a strategy sees it: threads with lists of operations, some of which must wait for others. Small enough
// to enumerate, and run in the way the engine's scheduler runs real ones: the strategy is asked only where there is a
// choice.
#ifndef RACECOURSE_TESTS_STRATEGY_SIMULATED_PROGRAM_H_
#define RACECOURSE_TESTS_STRATEGY_SIMULATED_PROGRAM_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "framework/strategy/strategy.h"

namespace racecourse::strategy_tests {

struct SimulatedOperation {
  std::string name;  // unique in its program
  OperationKind kind = OperationKind::kAtomicReadModifyWrite;
  std::uint64_t object = 1;
  std::vector<std::string> waits_for = {};  // not enabled before these were performed
  bool polls = false;                       // performed again and again instead of waiting
};

struct SimulatedThread {
  std::vector<SimulatedOperation> operations;
  std::string created_by = {};  // the operation that creates it; empty: there from the start
};

struct SimulatedProgram {
  std::vector<SimulatedThread> threads;

  // `threads` threads of `operations` operations each, named a0 a1 … b0 b1 …, all on one object.
  static SimulatedProgram Uniform(unsigned threads, unsigned operations);
};

struct SimulatedExecution {
  std::vector<std::string> order;  // performed operations
  std::vector<ThreadSlot> picks;   // what the strategy answered
  bool all_picks_were_legal = true;
  bool ended = false;  // false: deadlock, or cut at `steps_max`

  // True if the operations were performed in this order, others between them or not.
  bool Has(const std::vector<std::string>& names) const;
  std::string ToString() const;  // "a0 b0 a1"
};

// One execution under the strategy, BeginExecution to EndExecution.
SimulatedExecution Execute(const SimulatedProgram& program, Strategy* strategy, std::uint64_t seed,
                           unsigned steps_max = 100'000);

// Every order in which the program's operations can be performed, as ToString gives it.
std::set<std::string> AllOrders(const SimulatedProgram& program);

}  // namespace racecourse::strategy_tests

#endif  // RACECOURSE_TESTS_STRATEGY_SIMULATED_PROGRAM_H_
