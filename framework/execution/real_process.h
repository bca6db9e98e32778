// What the kernel says of a process by its own number for it.
#ifndef RACECOURSE_EXECUTION_REAL_PROCESS_H_
#define RACECOURSE_EXECUTION_REAL_PROCESS_H_

#include <poll.h>

#include <cstdint>

#include "framework/execution/system_call.h"

namespace racecourse {

// True if the kernel has nothing left of the process but, perhaps, its status: its descriptors are closed, its memory
// is gone. Waits so long for that; -1: until it is.
inline bool IsDead(std::int32_t real_pid, int milliseconds) {
  const long descriptor = SystemCall(SYS_pidfd_open, real_pid, 0);
  if (descriptor < 0) return true;
  pollfd entry = {static_cast<int>(descriptor), POLLIN, 0};
  const bool is_dead = SystemCall(SYS_poll, &entry, 1, milliseconds) > 0;
  SystemCall(SYS_close, descriptor);
  return is_dead;
}

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_REAL_PROCESS_H_
