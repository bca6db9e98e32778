#include "framework/strategy/portfolio.h"

#include <string_view>

namespace racecourse {

bool ParseStrategyName(const char* text, std::size_t length, StrategyName* name) {
  const std::string_view given(text, length);
  if (given == "portfolio") return *name = StrategyName::kPortfolio, true;
  if (given == "random-walk") return *name = StrategyName::kRandomWalk, true;
  if (given == "pct") return *name = StrategyName::kPct, true;
  if (given == "pos") return *name = StrategyName::kPos, true;
  return false;
}

const char* StrategyDescription(StrategyName name) {
  switch (name) {
    case StrategyName::kPortfolio:
      return "random walk, PCT and POS";
    case StrategyName::kRandomWalk:
      return "random walk";
    case StrategyName::kPct:
      return "PCT, depth up to 3";
    case StrategyName::kPos:
      return "POS";
  }
  return "";
}

}  // namespace racecourse
