#include "bounded_buffer.h"
#include "racecourse/schedule_test.h"

SCHEDULE_TEST(Workload, W2) { EXPECT_TRUE(RunBoundedBuffer()); }
