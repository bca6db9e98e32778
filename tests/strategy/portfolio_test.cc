#include "framework/strategy/portfolio.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace racecourse::strategy_tests {
namespace {

std::string KindOf(Strategy& strategy) {
  if (dynamic_cast<RandomWalk*>(&strategy) != nullptr) return "random walk";
  if (dynamic_cast<Pct*>(&strategy) != nullptr) return "PCT";
  if (dynamic_cast<Pos*>(&strategy) != nullptr) return "POS";
  return "unknown";
}

// Half of the executions walk at random, a quarter each are PCT's and POS's: in any stretch of four.
TEST(Portfolio, SharesTheBudget) {
  Portfolio portfolio;
  for (std::uint64_t first = 0; first < 20; ++first) {
    std::map<std::string, int> counts;
    for (std::uint64_t i = 0; i < 4; ++i) ++counts[KindOf(portfolio.ForExecution(first + i))];
    EXPECT_EQ(counts, (std::map<std::string, int>{{"random walk", 2}, {"PCT", 1}, {"POS", 1}})) << first;
  }
}

// Execution 0 takes all defaults (the explorer sees to that), so the first three after it should be of three kinds.
TEST(Portfolio, AFewExecutionsMeetEveryStrategy) {
  Portfolio portfolio;
  std::set<std::string> kinds;
  for (std::uint64_t i = 1; i <= 3; ++i) kinds.insert(KindOf(portfolio.ForExecution(i)));
  EXPECT_EQ(kinds.size(), 3u);
}

TEST(Portfolio, DependsOnTheNumberAlone) {
  Portfolio one;
  Portfolio other;
  for (std::uint64_t i = 0; i < 8; ++i) other.ForExecution(i * 3);
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    EXPECT_EQ(KindOf(one.ForExecution(number)), KindOf(other.ForExecution(number))) << number;
  }
}

TEST(Portfolio, CanBeOneStrategyAlone) {
  const std::pair<StrategyName, const char*> cases[] = {
      {StrategyName::kRandomWalk, "random walk"}, {StrategyName::kPct, "PCT"}, {StrategyName::kPos, "POS"}};
  for (const auto& [name, kind] : cases) {
    Portfolio portfolio;
    portfolio.Use(name);
    for (std::uint64_t i = 0; i < 8; ++i) EXPECT_EQ(KindOf(portfolio.ForExecution(i)), kind);
  }
}

bool Parses(const std::string& text, StrategyName* name) { return ParseStrategyName(text.data(), text.size(), name); }

TEST(StrategyName, IsRead) {
  const std::pair<const char*, StrategyName> cases[] = {{"portfolio", StrategyName::kPortfolio},
                                                        {"random-walk", StrategyName::kRandomWalk},
                                                        {"pct", StrategyName::kPct},
                                                        {"pos", StrategyName::kPos}};
  for (const auto& [text, expected] : cases) {
    StrategyName name{};
    EXPECT_TRUE(Parses(text, &name)) << text;
    EXPECT_EQ(name, expected) << text;
    EXPECT_NE(std::string(StrategyDescription(name)), "") << text;
  }
}

TEST(StrategyName, AnythingElseIsRefused) {
  for (const char* text : {"", "PCT", "pct ", " pct", "pc", "pcts", "random_walk", "portfolio,pct", "replay"}) {
    StrategyName name = StrategyName::kPos;
    EXPECT_FALSE(Parses(text, &name)) << text;
    EXPECT_EQ(name, StrategyName::kPos) << text;
  }
  StrategyName name{};
  EXPECT_TRUE(ParseStrategyName("pct;seed=1", 3, &name)) << "only `length` characters count";
}

}  // namespace
}  // namespace racecourse::strategy_tests
