#include "framework/execution/descriptor_wait.h"

#include "framework/execution/finding_builder.h"
#include "framework/execution/names.h"
#include "framework/execution/recorder.h"
#include "framework/execution/system_call.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

bool IsReady(const DescriptorWait& wait) { return SystemCall(SYS_poll, wait.entries, wait.count, 0) != 0; }

// Calls visit(fd, entry) for each descriptor through which bytes could come into (or go out of) `channel`.
template <typename Visit>
void ForEachEnd(std::uint32_t channel, bool writes, Visit visit) {
  Execution& execution = TheExecution();
  for (int fd = 0; fd < execution.descriptors.count; ++fd) {
    const OpenFile* file = FindOpenFile(fd);
    if (file == nullptr) continue;
    if ((writes ? file->outgoing : file->incoming) == channel) visit(fd, execution.descriptors.entries[fd]);
  }
}

// What the thread waits for if it is a single channel, with the direction.
struct AwaitedEnd {
  int fd;
  const OpenFile* file;
  bool writes;
  std::uint32_t channel;
};
AwaitedEnd EndOf(const Thread& thread) {
  const DescriptorWait& wait = TheExecution().descriptor_waits[thread.accessor.slot];
  if (wait.count != 1) return {-1, nullptr, false, kNoChannel};
  const pollfd& entry = wait.entries[0];
  const OpenFile* file = FindOpenFile(entry.fd);
  const bool writes = (entry.events & POLLOUT) != 0;
  if (file == nullptr) return {entry.fd, nullptr, writes, kNoChannel};
  // An eventfd has no two ends.
  if (file->kind == ObjectKind::kEventCounter) return {entry.fd, file, writes, kNoChannel};
  return {entry.fd, file, writes, writes ? file->outgoing : file->incoming};
}

}  // namespace

bool AwaitDescriptors(OperationKind kind, SyncObject* object, pollfd* entries, unsigned count, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  execution.descriptor_waits[slot] = {entries, count};
  for (;;) {
    BeginWait(object, deadline, false);
    execution.descriptor_waiters.Add(slot);
    if (IsReady(execution.descriptor_waits[slot])) execution.enabled.Add(slot);
    Arrive(kind, object->address);
    execution.descriptor_waiters.Remove(slot);
    EndWait(slot);
    const bool is_timeout = self.wake_reason == WakeReason::kTimeout;
    // Functions of libc that nobody sees may have taken what there was.
    if (IsReady(execution.descriptor_waits[slot])) return true;
    if (is_timeout) return false;
  }
}

bool RecheckDescriptors() {
  Execution& execution = TheExecution();
  if (__builtin_expect(execution.descriptor_waiters.Empty(), 1)) return false;
  bool any = false;
  execution.descriptor_waiters.ForEach([&](ThreadSlot slot) {
    if (!IsReady(execution.descriptor_waits[slot])) {
      execution.enabled.Remove(slot);
    } else if (!execution.enabled.Contains(slot)) {
      execution.enabled.Add(slot);
      any = true;
    }
  });
  return any;
}

bool WaitsForDescriptors(const Thread& thread) {
  return TheExecution().descriptor_waiters.Contains(thread.accessor.slot);
}

void DescribeDescriptorWait(Text& text, const Thread& thread) {
  const AwaitedEnd end = EndOf(thread);
  if (end.fd < 0) {
    const DescriptorWait& wait = TheExecution().descriptor_waits[thread.accessor.slot];
    text << "one of the descriptors";
    for (unsigned i = 0; i < wait.count; ++i) text << (i == 0 ? " " : ", ") << wait.entries[i].fd;
    return;
  }
  const bool accepts = end.file != nullptr && end.file->is_listening;
  text << (accepts ? "a connection to " : end.writes ? "room in " : "data from ");
  if (end.file == nullptr) {
    text << "descriptor " << end.fd;
    return;
  }
  WriteObjectName(text, *end.file->object);
  text << " (descriptor " << end.fd << ')';
  if (!HasChannel(end.channel) || accepts) return;
  int others = 0;
  ForEachEnd(end.channel, !end.writes, [&](int fd, const Descriptor&) {
    if (others++ == 0) {
      text << (end.writes ? ", which nobody reads: its other end is open as descriptor "
                          : ", whose other end is still open as descriptor ");
    } else {
      text << ", ";
    }
    text << fd;
  });
  if (others > 0 && !end.writes) text << ", so that its end never comes";
}

void AddOtherEnds(FindingBuilder& builder, const Thread& thread) {
  const AwaitedEnd end = EndOf(thread);
  if (!HasChannel(end.channel)) return;
  ForEachEnd(end.channel, !end.writes, [&](int fd, const Descriptor& descriptor) {
    char unused[1];
    Text role(unused);
    if (builder.AddStackOfStep(FindStep(descriptor.opened_at), &role)) {
      role << "the other end, descriptor " << fd << ", was opened here";
    }
  });
}

}  // namespace racecourse
