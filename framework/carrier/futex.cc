// syscall(SYS_futex): what std::atomic::wait, std::latch and std::barrier wait with. The kernel's futex is not used:
// who waits waits for its turn. Other numbers go to the kernel.

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

namespace {

// What the engine tells of a futex that was waited for.
enum Outcome : std::uint8_t { kHasChanged = 0, kSleeps = 1, kTimedOut = 2 };

long Fail(int error) {
  errno = error;
  return -1;
}

long Wait(bool is_timed) {
  const OperationKind kind = is_timed ? OperationKind::kFutexTimedWait : OperationKind::kFutexWait;
  if (Arrive(kind).outcome == kHasChanged) return Fail(EAGAIN);
  return Arrive(kind).outcome == kTimedOut ? Fail(ETIMEDOUT) : 0;
}

}  // namespace

RC_CARRY long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  if (number == SYS_futex && IsFollowing()) {
    switch (arguments[1] & FUTEX_CMD_MASK) {
      case FUTEX_WAIT:
      case FUTEX_WAIT_BITSET:
        return Wait(arguments[3] != 0);
      case FUTEX_WAKE:
      case FUTEX_WAKE_BITSET:
        return Arrive(OperationKind::kFutexWake).outcome;
      default:
        Finish(Following::kUnsupported);
    }
  }
  const long result =
      SystemCall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  return result < 0 && result >= -4095 ? Fail(static_cast<int>(-result)) : result;
}
