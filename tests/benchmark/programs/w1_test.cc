#include "racecourse/schedule_test.h"
#include "two_counters.h"

SCHEDULE_TEST(Workload, W1) {
  TwoCounters counters;
  EXPECT_TRUE(counters.Run());
}
