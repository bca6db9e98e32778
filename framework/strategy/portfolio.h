// Shares the executions of a budget among the strategies, because no single one wins everywhere: random walk beats PCT
// on most tiny scenarios, PCT and POS win where one thread must run long while others wait. Which strategy an execution
// gets depends on its number alone, so budgets can be split among processes.
#ifndef RACECOURSE_STRATEGY_PORTFOLIO_H_
#define RACECOURSE_STRATEGY_PORTFOLIO_H_

#include "framework/strategy/pct.h"
#include "framework/strategy/pos.h"
#include "framework/strategy/random_walk.h"

namespace racecourse {

enum class StrategyName : std::uint8_t { kPortfolio, kRandomWalk, kPct, kPos };

// Reads "portfolio", "random-walk", "pct" or "pos"; false for anything else.
bool ParseStrategyName(const char* text, std::size_t length, StrategyName* name);
// For reports: "random walk, PCT, POS".
const char* StrategyDescription(StrategyName name);

class Portfolio {
 public:
  void Use(StrategyName name) { name_ = name; }
  Strategy& ForExecution(std::uint64_t execution) {
    switch (name_) {
      case StrategyName::kRandomWalk:
        return random_walk_;
      case StrategyName::kPct:
        return pct_;
      case StrategyName::kPos:
        return pos_;
      case StrategyName::kPortfolio:
        break;
    }
    switch (execution % 4) {
      case 0:
      case 2:
        return random_walk_;
      case 1:
        return pct_;
      default:
        return pos_;
    }
  }
  // See TakeTable.
  void TakeTables() {
    TakeTable(&random_walk_);
    TakeTable(&pct_);
    TakeTable(&pos_);
  }

 private:
  StrategyName name_ = StrategyName::kPortfolio;
  RandomWalk random_walk_;
  Pct pct_;
  Pos pos_;
};

}  // namespace racecourse

#endif  // RACECOURSE_STRATEGY_PORTFOLIO_H_
