// The tests you can read. There is one thread here, so each body has a single schedule; what is watched besides are
// the frames of your coroutines: who resumes them, who destroys them, who touches them afterwards.

#include <stdexcept>
#include <string>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// The frame of a coroutine holds its parameters and local variables. All of them are gone when the Generator is.
SCHEDULE_TEST(Frames, EndWithTheirGenerator) {
  Journal journal;
  {
    const auto sequence = CountTo(2, journal);
    EXPECT_EQ(All(*sequence), (std::vector{1, 2}));
  }
  EXPECT_EQ(journal.alive, 0) << "a frame that nobody can reach any more still holds its variables";
}

SCHEDULE_TEST(Ranges, SeeEveryValueInOrder) {
  Journal journal;
  EXPECT_EQ(CountInALoop(5, 100, journal), (std::vector{1, 2, 3, 4, 5}));
  EXPECT_EQ(CountInALoop(1, 100, journal), std::vector{1});
}

SCHEDULE_TEST(Ranges, MayBeEmpty) {
  Journal journal;
  EXPECT_EQ(CountInALoop(0, 100, journal), std::vector<int>{});
}

SCHEDULE_TEST(Ranges, MayBeLeftEarly) {
  Journal journal;
  EXPECT_EQ(CountInALoop(5, 2, journal), (std::vector{1, 2}));
  EXPECT_EQ(journal.alive, 0) << "the loop was left, and the frame is still there";
}

SCHEDULE_TEST(Ranges, StayAtTheirEnd) {
  Journal journal;
  const auto sequence = CountTo(1, journal);
  EXPECT_EQ(sequence->next(), 1);
  EXPECT_FALSE(sequence->is_over());
  EXPECT_EQ(sequence->next(), std::nullopt);
  EXPECT_TRUE(sequence->is_over()) << "asking whether it is over changes nothing";
  EXPECT_TRUE(sequence->is_over());
}

SCHEDULE_TEST(Lazy, NothingRunsBeforeTheFirstValueIsAskedFor) {
  Journal journal;
  const auto sequence = CountTo(3, journal);
  EXPECT_EQ(journal.begun, 0) << "the body must wait for begin()";
}

SCHEDULE_TEST(Lazy, RunsOnlyAsFarAsAsked) {
  Journal journal;
  const auto sequence = CountTo(1000, journal);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(sequence->next(), i);
    EXPECT_EQ(journal.yielded, i) << "the body has run ahead, or not far enough";
  }
}

SCHEDULE_TEST(Exceptions, ComeOutWhereTheValueWasAskedFor) {
  Journal journal;
  const auto sequence = CountAndThrow(1, journal);
  EXPECT_EQ(sequence->next(), 1);
  std::string caught;
  try {
    sequence->next();
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  EXPECT_EQ(caught, "no more") << "the exception has been swallowed";
}

SCHEDULE_TEST(Exceptions, MayComeBeforeTheFirstValue) {
  Journal journal;
  {
    const auto sequence = CountAndThrow(0, journal);
    EXPECT_THROW(sequence->next(), std::runtime_error);
  }
  EXPECT_EQ(journal.alive, 0);
}

SCHEDULE_TEST(Trees, ComeInOrder) {
  const std::vector<Node> nodes = {{4, 1, 2}, {2, 3, 4}, {5, -1, 5}, {1}, {3}, {6}};
  EXPECT_EQ(All(*Inorder(nodes)), (std::vector{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(All(*Inorder({})), std::vector<int>{});
}

SCHEDULE_TEST(Words, AreSeparatedBySpaces) {
  EXPECT_EQ(All(*Words("no  news is good news ")), (std::vector<std::string>{"no", "news", "is", "good", "news"}));
  EXPECT_EQ(All(*Words("")), std::vector<std::string>{});
}

}  // namespace
}  // namespace exercise
