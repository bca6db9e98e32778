// Virtual time as the program sees it: it stands still unless every thread waits, or a timeout or a sleep ends.
#ifndef RACECOURSE_INTERPOSE_VIRTUAL_TIME_H_
#define RACECOURSE_INTERPOSE_VIRTUAL_TIME_H_

#include <time.h>

#include "framework/execution/thread.h"

namespace racecourse {

// An absolute deadline on one of the program's clocks.
VirtualTime DeadlineOn(clockid_t clock, const timespec& deadline);
// A deadline this much from now.
VirtualTime DeadlineAfter(const timespec& duration);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_VIRTUAL_TIME_H_
