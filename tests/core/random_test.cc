// The first values come from a second implementation (Python, from the paper's C code): schedules are replayed on other
// machines, so the generator may never change. The statistical tests have a fixed seed; for a random one each would
// fail with the probability it states.
#include "framework/core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace racecourse {
namespace {

TEST(Random, FirstValuesAreKnown) {
  struct Case {
    std::uint64_t seed;
    std::uint64_t values[4];
  };
  const Case cases[] = {
      {0, {0x89278568c8374c1e, 0xc9e1d6e7cef5362e, 0x0d26c48612f455e1, 0x97f8192261b1ef4c}},
      {1, {0xef4bd8f4fd3bbddf, 0x4c8e357ceae61491, 0x43f7cce93a061c71, 0x784e8ff8a0e6152d}},
      {12345, {0x261ee2792c10cedf, 0x1aa2ac6beaf00c22, 0x875a7f2d2e5cab7c, 0x25ee8bf7101af0e5}},
  };
  for (const Case& c : cases) {
    Random random(c.seed);
    for (const std::uint64_t value : c.values) EXPECT_EQ(random.Next(), value) << c.seed;
  }
}

// Source: the published test vector of splitmix64, seed 0.
TEST(Random, SeedsAreMixedBySplitmix) { EXPECT_EQ(MixSeed(0), 0xe220a8397b1dcdaf); }

TEST(Random, SeedingAgainBeginsAgain) {
  Random random(5);
  const std::uint64_t first = random.Next();
  random.Next();
  random.Seed(5);
  EXPECT_EQ(random.Next(), first);
}

// Every execution seeds anew, with neighbouring numbers. Two of 10^5 64-bit values agree with p < 10^10 / 2^65 < 1e-9.
TEST(Random, NeighbouringSeedsDiffer) {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 100'000; ++seed) firsts.insert(Random(seed).Next());
  EXPECT_EQ(firsts.size(), 100'000u);
}

// Hoeffding: a frequency over n draws is off by more than t with p <= 2 exp(-2 n t^2). With n = 10^6 and t = 0.005 that
// is 4e-22; the test looks at fewer than 10^3 frequencies.
constexpr int kDraws = 1'000'000;
constexpr double kTolerance = 0.005;

TEST(Random, BelowIsUniform) {
  for (const std::uint32_t bound : {1u, 2u, 3u, 10u, 64u, 255u}) {
    Random random(bound);
    std::vector<int> counts(bound);
    for (int i = 0; i < kDraws; ++i) {
      const std::uint32_t value = random.Below(bound);
      ASSERT_LT(value, bound);
      ++counts[value];
    }
    for (const int count : counts) EXPECT_NEAR(count / double{kDraws}, 1.0 / bound, kTolerance) << bound;
  }
}

// Each bit is fair, and so is the first value of each of many executions: what a strategy draws first decides most.
TEST(Random, EveryBitIsFair) {
  Random random(3);
  int of_stream[64] = {};
  int of_first[64] = {};
  for (int i = 0; i < kDraws; ++i) {
    const std::uint64_t value = random.Next();
    const std::uint64_t first = Random(static_cast<std::uint64_t>(i)).Next();
    for (int bit = 0; bit < 64; ++bit) {
      of_stream[bit] += static_cast<int>(value >> bit & 1);
      of_first[bit] += static_cast<int>(first >> bit & 1);
    }
  }
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_NEAR(of_stream[bit] / double{kDraws}, 0.5, kTolerance) << bit;
    EXPECT_NEAR(of_first[bit] / double{kDraws}, 0.5, kTolerance) << bit;
  }
}

// The nine pairs of two successive draws below 3 are equally frequent.
TEST(Random, SuccessiveDrawsAreIndependent) {
  Random random(4);
  int counts[3][3] = {};
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t first = random.Below(3);
    const std::uint32_t second = random.Below(3);
    ++counts[first][second];
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count / double{kDraws}, 1.0 / 9, kTolerance);
  }
}

}  // namespace
}  // namespace racecourse
