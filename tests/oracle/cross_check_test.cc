// Convinces by agreement: the oracle (the standard's text, on whole traces) and a detector that works event by event
// with vector clocks share no code and agree on every small program; each known flaw makes one that disagrees, so the
// small programs are enough to notice it.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/oracle/detector.h"
#include "tests/oracle/vector_clock_detector.h"

namespace racecourse::oracle {

// Found by GoogleTest where the type lives.
static void PrintTo(Flaw flaw, std::ostream* out) { *out << FlawName(flaw); }

namespace {

TEST(CrossCheck, VectorClocksAgreeWithTheOracleOnAllSmallPrograms) {
  VectorClockDetector detector;
  const CrossCheck check = CheckAllSmallPrograms(detector);
  EXPECT_EQ(check.disagreement.value_or(""), "");
  // Neither side is the whole of it: most traces race, many do not.
  EXPECT_GT(check.racy_traces, check.traces / 20);
  EXPECT_LT(check.racy_traces, check.traces * 19 / 20);
  std::cout << check.traces << " traces, " << check.racy_traces << " of them racy\n";
}

TEST(CrossCheck, VectorClocksAgreeWithTheOracleOnRandomPrograms) {
  VectorClockDetector detector;
  const CrossCheck check = CheckRandomPrograms(detector, 20000, 1);
  EXPECT_EQ(check.disagreement.value_or(""), "");
  EXPECT_GT(check.racy_traces, check.traces / 10);
  EXPECT_LT(check.racy_traces, check.traces * 9 / 10);
  std::cout << check.traces << " traces, " << check.racy_traces << " of them racy\n";
}

class FlawedDetector : public ::testing::TestWithParam<Flaw> {};

TEST_P(FlawedDetector, IsCaughtByASmallProgram) {
  VectorClockDetector detector(GetParam());
  const CrossCheck check = CheckAllSmallPrograms(detector);
  ASSERT_TRUE(check.disagreement.has_value()) << "after " << check.traces << " traces";
  std::cout << "after " << check.traces << " traces: " << *check.disagreement;
}

std::vector<Flaw> AllFlaws() {
  std::vector<Flaw> flaws;
  for (int i = static_cast<int>(Flaw::kNone) + 1; i < static_cast<int>(Flaw::kEnd); ++i) flaws.push_back(Flaw{i});
  return flaws;
}

INSTANTIATE_TEST_SUITE_P(Oracle, FlawedDetector, ::testing::ValuesIn(AllFlaws()),
                         [](const auto& info) { return FlawName(info.param); });

}  // namespace
}  // namespace racecourse::oracle
