#include "framework/core/operation.h"

#include <gtest/gtest.h>

#include <string>

#include "framework/core/finding.h"

namespace racecourse {
namespace {

constexpr int kKinds = static_cast<int>(OperationKind::kTimeSlice) + 1;

TEST(Operation, EveryKindHasAName) {
  for (int kind = 0; kind < kKinds; ++kind) {
    const std::string name = OperationName(static_cast<OperationKind>(kind));
    EXPECT_NE(name, "") << kind;
    EXPECT_NE(name, "unknown") << kind;
  }
}

// All pairs of kinds: dependence is symmetric, needs one shared object, and two reads never depend on each other.
TEST(Operation, DependenceNeedsOneObjectAndAWrite) {
  for (int i = 0; i < kKinds; ++i) {
    for (int j = 0; j < kKinds; ++j) {
      const auto a = static_cast<OperationKind>(i);
      const auto b = static_cast<OperationKind>(j);
      EXPECT_EQ(AreDependent({a, 1}, {b, 1}), AreDependent({b, 1}, {a, 1}));
      EXPECT_EQ(AreDependent({a, 1}, {b, 1}), IsWriteLike(a) || IsWriteLike(b));
      EXPECT_FALSE(AreDependent({a, 1}, {b, 2}));
      EXPECT_FALSE(AreDependent({a, 0}, {b, 0}));
    }
  }
  EXPECT_FALSE(AreDependent({OperationKind::kAtomicLoad, 1}, {OperationKind::kPlainRead, 1}));
  EXPECT_TRUE(AreDependent({OperationKind::kAtomicLoad, 1}, {OperationKind::kAtomicStore, 1}));
}

// The names of the result schema: the grader and every report on disk depend on them.
TEST(FindingKind, NamesAreTheSchemas) {
  const char* const names[] = {
      "none",           "data_race",       "deadlock",       "lost_wakeup",    "livelock",
      "assertion",      "crash",           "use_after_free", "heap_overflow",  "double_free",
      "leak",           "misuse",          "unreachable",    "nondeterminism", "zombie_process",
      "orphan_process", "descriptor_leak", "starvation",     "busy_wait",      "output",
      "lost_task",      "isolation_breach"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    EXPECT_STREQ(FindingKindName(static_cast<FindingKind>(i)), names[i]);
  }
}

}  // namespace
}  // namespace racecourse
