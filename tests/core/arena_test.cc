// Convinces by handing out blocks of random sizes and looking at every pair of neighbours.
#include "framework/core/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace racecourse {
namespace {

constexpr std::size_t kSize = 1 << 16;

class ArenaTest : public testing::Test {
 protected:
  ArenaTest() { arena_.Init(memory_, kSize); }
  alignas(64) char memory_[kSize];
  Arena arena_;
};

TEST_F(ArenaTest, BlocksAreAlignedInsideAndDisjoint) {
  constexpr unsigned kSeed = 7;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  const char* end_of_last = memory_;
  for (int i = 0; i < 200; ++i) {
    const std::size_t size = 1 + random() % 300;
    char* block = static_cast<char*>(arena_.Allocate(size));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u);
    EXPECT_GE(block, end_of_last);
    ASSERT_LE(block + size, memory_ + kSize);
    std::memset(block, i, size);
    end_of_last = block + size;
  }
}

TEST_F(ArenaTest, ResetGivesTheSameAddressesAgain) {
  const std::size_t sizes[] = {1, 64, 65, 1000, 3};
  std::vector<void*> first;
  for (const std::size_t size : sizes) first.push_back(arena_.Allocate(size));
  arena_.Reset();
  for (std::size_t i = 0; i < std::size(sizes); ++i) EXPECT_EQ(arena_.Allocate(sizes[i]), first[i]) << i;
}

TEST_F(ArenaTest, IndexNamesTheBlock) {
  for (int i = 0; i < 100; ++i) {
    void* block = arena_.Allocate(static_cast<std::size_t>(i) + 1);
    EXPECT_EQ(arena_.At(arena_.IndexOf(block)), block);
  }
}

TEST_F(ArenaTest, CanBeFilledToTheLastByte) {
  for (std::size_t i = 0; i < kSize / 64; ++i) arena_.Allocate(64);
  SUCCEED();
}

using ArenaDeathTest = ArenaTest;

TEST_F(ArenaDeathTest, RunningFullIsAnEngineFailure) {
  EXPECT_EXIT(
      {
        for (std::size_t i = 0; i <= kSize / 64; ++i) arena_.Allocate(64);
      },
      testing::ExitedWithCode(kEngineFailureStatus), "engine check failed: next_ <= end_ at arena.h:");
}

}  // namespace
}  // namespace racecourse
