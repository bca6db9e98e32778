// What threads ask the kernel's scheduler for. Program code only.
#ifndef RACECOURSE_INTERPOSE_THREAD_PRIORITY_H_
#define RACECOURSE_INTERPOSE_THREAD_PRIORITY_H_

#include <pthread.h>

#include "framework/execution/thread.h"

namespace racecourse {

// What a thread created with `attributes` has; *scheduling is what its creator has. False if there is no such priority.
bool ReadScheduling(const pthread_attr_t& attributes, SchedulingRequest* scheduling);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_THREAD_PRIORITY_H_
