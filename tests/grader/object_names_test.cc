// How this convinces: the texts are of the kinds that the engine writes, and each says what a reader must see.

#include "grader/executor/object_names.h"

#include <string>

#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

TraceStep StepOn(const std::string& object, Address symbol_address) {
  TraceStep step;
  step.object = object;
  step.symbol_address = symbol_address;
  return step;
}

class ObjectNamesTest : public ::testing::Test {
 protected:
  ObjectNamesTest() {
    finding_.steps = {StepOn("mutex#1", 0x10),  StepOn("shared mutex#2", 0x20), StepOn("mutex#12", 0x30),
                      StepOn("mutex#13", 0x58), StepOn("atomic#5", 0),          StepOn("T1", 0x40)};
  }

  std::string Named(const std::string& text) const {
    return ObjectNames(finding_, {{0x10, "(anonymous namespace)::gate"},
                                  {0x20, "table"},
                                  {0x30, "forks"},
                                  {0x58, "forks"},
                                  {0x40, "state"}})
        .In(text);
  }

  TraceFinding finding_;
};

TEST_F(ObjectNamesTest, AGlobalIsCalledByItsName) {
  EXPECT_EQ(Named("T1 waits for mutex#1, held by main"), "T1 waits for mutex 'gate', held by main");
  EXPECT_EQ(Named("holds shared mutex#2 and mutex#1."), "holds shared mutex 'table' and mutex 'gate'.");
}

TEST_F(ObjectNamesTest, SeveralInOneVariableKeepTheirNumbers) {
  EXPECT_EQ(Named("mutex#12, mutex#13"), "mutex#12 'forks', mutex#13 'forks'");
}

TEST_F(ObjectNamesTest, OthersStayAsTheyAre) {
  EXPECT_EQ(Named("mutex#11, mutex#, #1, atomic#5, mutex#1x, T1"), "mutex#11, mutex#, #1, atomic#5, mutex#1x, T1");
  EXPECT_EQ(Named("supermutex#1"), "supermutex#1");
  EXPECT_EQ(Named(""), "");
}

TEST_F(ObjectNamesTest, ThoseOfTheConsequenceCountToo) {
  finding_.consequence.emplace().steps = {StepOn("mutex#3", 0x20)};
  EXPECT_EQ(Named("mutex#3, shared mutex#2"), "mutex#3 'table', shared mutex#2 'table'");
}

}  // namespace
}  // namespace racecourse::grader
