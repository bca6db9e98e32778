// A fork without libc's part in it. After the kernel's fork every page that parent or child writes is copied, and
// libc's fork writes a dozen of them: locks of streams, its list of threads, the time of its last fork. All that is for
// threads that stay behind in the middle of something. Where there never were any, the kernel's fork alone does.
#ifndef RACECOURSE_EXECUTION_BARE_FORK_H_
#define RACECOURSE_EXECUTION_BARE_FORK_H_

#include <cstdint>

#include "framework/execution/thread.h"

namespace racecourse {

// Finds out where libc keeps the kernel's number of a thread: it is to be the child's own, as after libc's fork. Told
// of each puppet, whose number `number` is.
void FindThreadNumber(const Thread& puppet, std::uint32_t number);

// True if nobody was ever beside `self`, the running thread, in its process.
bool MayForkBare(const Thread& self);
// As fork; a negated error number if there is no new process.
std::int32_t ForkBare(const Thread& self);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_BARE_FORK_H_
