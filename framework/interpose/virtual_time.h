// Virtual time as the program sees it: it stands still unless every thread waits, or a timeout or a sleep ends.
#ifndef RACECOURSE_INTERPOSE_VIRTUAL_TIME_H_
#define RACECOURSE_INTERPOSE_VIRTUAL_TIME_H_

#include <time.h>

#include "framework/execution/thread.h"

namespace racecourse {

// The program reads a clock. Time passes only for a thread that does so over and over: a loop until a moment comes must
// end. The longer it goes on, the larger the steps, so that a loop of minutes ends within the limit on steps.
VirtualTime Now();
// An absolute deadline on one of the program's clocks.
VirtualTime DeadlineOn(clockid_t clock, const timespec& deadline);
// A deadline this much from now.
VirtualTime DeadlineAfter(const timespec& duration);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_VIRTUAL_TIME_H_
