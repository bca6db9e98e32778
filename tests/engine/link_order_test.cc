// The engine's object first or last on the link line: the same executions, the same events, the same race in a
// std::vector.

#include <gtest/gtest.h>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

const std::filesystem::path kPrograms = RACECOURSE_ENGINE_PROGRAMS;

TEST(LinkOrder, DoesNotChangeTheEvents) {
  const ProgramRun last = RunProgram(kPrograms / "link_order", "schedules=300;seed=1");
  const ProgramRun first = RunProgram(kPrograms / "link_order_engine_first", "schedules=300;seed=1");
  ASSERT_EQ(last.scenarios.size(), 1u) << last.ToString();
  ASSERT_EQ(first.scenarios.size(), 1u) << first.ToString();
  EXPECT_EQ(last.TheScenario().status, "passed") << last.ToString();
  EXPECT_EQ(first.TheScenario().status, "passed") << first.ToString();
  EXPECT_EQ(last.TheScenario().executions, 300u);
  EXPECT_EQ(first.TheScenario().executions, 300u);
  EXPECT_EQ(last.TheScenario().event_hash, first.TheScenario().event_hash);
}

TEST(LinkOrder, DoesNotHideAccessesOfVectors) {
  const ProgramRun last = RunProgram(kPrograms / "link_order", "schedules=300;seed=1", {"race"});
  const ProgramRun first = RunProgram(kPrograms / "link_order_engine_first", "schedules=300;seed=1", {"race"});
  ASSERT_EQ(last.Kind(), "data_race") << last.ToString();
  ASSERT_EQ(first.Kind(), "data_race") << first.ToString();
  EXPECT_EQ(last.TheFinding().event_hash, first.TheFinding().event_hash);
  EXPECT_EQ(last.TheFinding().execution, first.TheFinding().execution);
  EXPECT_EQ(LinesIn(last, last.TheFinding(), "link_order.cc"), LinesIn(first, first.TheFinding(), "link_order.cc"));
}

}  // namespace
}  // namespace racecourse::engine_test
