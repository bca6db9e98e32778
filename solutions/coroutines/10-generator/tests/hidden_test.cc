// The tests that students do not see.

#include <optional>
#include <string>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// A generator that is given up holds all its variables until then, and none afterwards.
SCHEDULE_TEST(GivenUp, AtEveryPoint) {
  for (int values = 0; values <= 3; ++values) {
    Journal journal;
    {
      const auto sequence = CountTo(2, journal);
      for (int i = 0; i < values; ++i) sequence->next();
      EXPECT_GT(journal.alive, 0) << "the parameters live as long as the frame";
    }
    EXPECT_EQ(journal.alive, 0) << "given up after " << values << " values";
  }
}

SCHEDULE_TEST(Moves, InTheMiddleOfASequence) {
  Journal journal;
  {
    const auto sequence = CountTo(4, journal);
    std::vector<int> values;
    for (int i = 0; i < 4; ++i) {
      sequence->move();
      values.push_back(sequence->next().value_or(0));
      sequence->move();
      sequence->move();
    }
    EXPECT_EQ(values, (std::vector{1, 2, 3, 4}));
    EXPECT_EQ(sequence->next(), std::nullopt);
    sequence->move();
    EXPECT_TRUE(sequence->is_over());
  }
  EXPECT_EQ(journal.alive, 0);
}

SCHEDULE_TEST(Moves, InAVectorThatGrows) {
  Journal journal;
  EXPECT_EQ(SumsOfManyMoved(5, 3, journal), (std::vector{6, 6, 6, 6, 6}));
  EXPECT_EQ(journal.alive, 0);
}

// The object that is yielded lives until the next value is asked for, and no longer.
SCHEDULE_TEST(Temporaries, MayBeYielded) {
  const auto sequence = Temporaries(3);
  for (const char letter : {'a', 'b', 'c'}) EXPECT_EQ(sequence->next(), std::string(40, letter));
  EXPECT_EQ(sequence->next(), std::nullopt);
}

SCHEDULE_TEST(Temporaries, MayBePassed) {
  const std::string first = "a-word-that-is-too-long-for-the-inside-of-a-string";
  const auto sequence = Words(first + " second");
  EXPECT_EQ(sequence->next(), first);
  EXPECT_EQ(sequence->next(), "second");
}

SCHEDULE_TEST(Views, MayStandOnAGenerator) {
  const std::vector<Node> nodes = {{2, 1, 2}, {1}, {3}};
  EXPECT_EQ(FirstSquares(nodes, 2), (std::vector{1, 4}));
  EXPECT_EQ(FirstSquares(nodes, 10), (std::vector{1, 4, 9}));
}

// A tree that is one long branch to the left: the least value lies at its very end.
SCHEDULE_TEST(Deep, TreesNeedNoDeepStack) {
  constexpr int kDepth = 100'000;
  std::vector<Node> nodes(kDepth);
  for (int i = 0; i < kDepth; ++i) nodes[static_cast<std::size_t>(i)] = {kDepth - i, i + 1 < kDepth ? i + 1 : -1, -1};
  const auto sequence = Inorder(nodes);
  for (int value = 1; value <= 3; ++value) EXPECT_EQ(sequence->next(), value);
}

}  // namespace
}  // namespace exercise
