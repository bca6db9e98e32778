// Which orders of taking mutexes count as a cycle: written out by hand, each with the near miss beside it.

#include "framework/detector/lock_order.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>

namespace racecourse {
namespace {

struct Noted {
  std::uint32_t thread_id;
  std::uintptr_t wanted;
  std::initializer_list<std::uintptr_t> held;
};

std::uint32_t CyclesOf(std::initializer_list<Noted> steps, LockCycle* cycles, std::uint32_t capacity) {
  const auto order = std::make_unique<LockOrder>();
  for (const Noted& noted : steps) {
    LockOrderStep step = {};
    step.thread_id = noted.thread_id;
    step.wanted = noted.wanted;
    for (const std::uintptr_t mutex : noted.held) step.held[step.held_count++] = mutex;
    order->Note(step);
    order->Note(step);  // once is as good as twice
  }
  return order->FindCycles(cycles, capacity);
}

std::uint32_t CountCycles(std::initializer_list<Noted> steps) {
  LockCycle cycles[8];
  return CyclesOf(steps, cycles, 8);
}

constexpr std::uintptr_t kA = 0x1000;
constexpr std::uintptr_t kB = 0x2000;
constexpr std::uintptr_t kC = 0x3000;
constexpr std::uintptr_t kD = 0x4000;
constexpr std::uintptr_t kGate = 0x5000;

TEST(LockOrder, OppositeOrdersAreACycle) {
  EXPECT_EQ(CountCycles({{1, kB, {kA}}, {2, kA, {kB}}}), 1u);
  EXPECT_EQ(CountCycles({{1, kB, {kA}}, {2, kB, {kA}}}), 0u);
}

TEST(LockOrder, OneThreadIsNone) { EXPECT_EQ(CountCycles({{1, kB, {kA}}, {1, kA, {kB}}}), 0u); }

TEST(LockOrder, AGateHeldByBothKeepsThemApart) {
  EXPECT_EQ(CountCycles({{1, kB, {kGate, kA}}, {2, kA, {kGate, kB}}}), 0u);
  EXPECT_EQ(CountCycles({{1, kB, {kGate, kA}}, {2, kA, {kB}}}), 1u);
}

TEST(LockOrder, CyclesOfThreeAndFourAreFound) {
  EXPECT_EQ(CountCycles({{1, kB, {kA}}, {2, kC, {kB}}, {3, kA, {kC}}}), 1u);
  EXPECT_EQ(CountCycles({{1, kB, {kA}}, {2, kC, {kB}}, {1, kA, {kC}}}), 0u);
  EXPECT_EQ(CountCycles({{1, kB, {kA}}, {2, kC, {kB}}, {3, kD, {kC}}, {4, kA, {kD}}}), 1u);
  EXPECT_EQ(CountCycles({{1, kB, {kA}}, {2, kC, {kB}}, {3, kD, {kC}}, {4, kB, {kD}}}), 1u);  // of the last three
}

TEST(LockOrder, TheCycleNamesItsStepsInOrder) {
  LockCycle cycle;
  ASSERT_EQ(CyclesOf({{1, kB, {kA}}, {2, kD, {kC}}, {2, kA, {kB}}}, &cycle, 1), 1u);
  ASSERT_EQ(cycle.length, 2u);
  EXPECT_EQ(cycle.steps[0].thread_id, 1u);
  EXPECT_EQ(cycle.steps[0].wanted, kB);
  EXPECT_EQ(cycle.steps[1].thread_id, 2u);
  EXPECT_EQ(cycle.steps[1].wanted, kA);
}

TEST(LockOrder, WritesNoMoreThanThereIsRoomFor) {
  LockCycle cycles[2];
  EXPECT_EQ(CyclesOf({{1, kB, {kA}}, {2, kA, {kB}}, {3, kA, {kB}}, {4, kA, {kB}}}, cycles, 2), 2u);
}

}  // namespace
}  // namespace racecourse
