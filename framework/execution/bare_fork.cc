#include "framework/execution/bare_fork.h"

#include <linux/sched.h>
#include <signal.h>

#include <cstring>

#include "framework/execution/execution.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

// libc's description of a thread is smaller.
constexpr std::size_t kDescriptionMax = 2048;

}  // namespace

void FindThreadNumber(const Thread& puppet, std::uint32_t number) {
  std::int32_t& found = TheExecution().thread_number_offset;
  const auto stands_at = [&](std::int32_t offset) {
    return std::memcmp(reinterpret_cast<const char*>(puppet.fs_base) + offset, &number, sizeof number) == 0;
  };
  if (found > 0 && !stands_at(found)) found = -1;  // it was a coincidence: not known
  for (std::int32_t at = 0; found == 0 && at < static_cast<std::int32_t>(kDescriptionMax); at += sizeof number) {
    if (stands_at(at)) found = at;
  }
}

bool MayForkBare(const Thread& self) {
  const Execution& execution = TheExecution();
  if (execution.thread_number_offset <= 0) return false;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& other = execution.threads[slot];
    if (&other != &self && other.process == self.process) return false;
  }
  return true;
}

std::int32_t ForkBare(const Thread& self) {
  const std::uint64_t number = self.fs_base + static_cast<std::uint64_t>(TheExecution().thread_number_offset);
  return static_cast<std::int32_t>(
      SystemCall(SYS_clone, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0, number, 0));
}

}  // namespace racecourse
