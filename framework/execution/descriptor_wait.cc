#include "framework/execution/descriptor_wait.h"

#include "framework/execution/faults.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/interruption.h"
#include "framework/execution/names.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/system_call.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

bool IsReady(const DescriptorWait& wait) { return SystemCall(SYS_poll, wait.entries, wait.count, 0) != 0; }

// Calls visit(process, fd, entry) for each descriptor through which bytes could come into (or go out of) `channel`.
template <typename Visit>
void ForEachEnd(std::uint32_t channel, bool writes, Visit visit) {
  Execution& execution = TheExecution();
  for (ProcessIndex index = 0; index < execution.process_count; ++index) {
    const Process& process = execution.processes[index];
    if (process.state != Process::State::kRunning) continue;
    for (int fd = 0; fd < process.descriptors.count; ++fd) {
      const Descriptor& entry = process.descriptors.entries[fd];
      if (entry.open_file == 0) continue;
      const OpenFile& file = execution.open_files.files[entry.open_file - 1];
      if ((writes ? file.outgoing : file.incoming) == channel) visit(process, fd, entry);
    }
  }
}

// The channel that the thread waits for, if it is a single one.
std::uint32_t ChannelOf(const DescriptorWait& wait) {
  // An eventfd or timerfd has no two ends.
  if (wait.file == nullptr || wait.file->kind == ObjectKind::kEventCounter || wait.file->kind == ObjectKind::kTimer) {
    return kNoChannel;
  }
  return wait.writes ? wait.file->outgoing : wait.file->incoming;
}

}  // namespace

Readiness AwaitDescriptors(OperationKind kind, SyncObject* object, pollfd* entries, unsigned count,
                           VirtualTime deadline, bool restarts) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  DescriptorWait& wait = execution.descriptor_waits[slot];
  for (unsigned i = 0; kind == OperationKind::kPoll && i < count; ++i) {
    const OpenFile* file = FindOpenFile(entries[i].fd);
    if (file != nullptr && file->kind == ObjectKind::kMessageQueue) ReportUncontrolled("a message queue is polled");
  }
  wait.entries = entries;
  wait.count = count;
  for (unsigned i = 0; i < count && i < DescriptorWait::kShown; ++i) wait.descriptors[i] = entries[i].fd;
  wait.file = count == 1 ? FindOpenFile(entries[0].fd) : nullptr;
  wait.writes = count == 1 && (entries[0].events & POLLOUT) != 0;
  for (;;) {
    BeginWait(object, deadline, false);
    execution.descriptor_waiters.Add(slot);
    if (IsReady(wait)) {
      execution.enabled.Add(slot);
    } else {
      wait.asked_at = execution.descriptor_changes;
      if (kind != OperationKind::kConnect && Fails(kInterruptions)) {
        execution.descriptor_waiters.Remove(slot);
        EndWait(slot);
        PerformInterrupted(kind, object);
        return Readiness::kInterrupted;
      }
    }
    const bool is_interrupted = ArriveInterruptibly(kind, object->address, true);
    execution.descriptor_waiters.Remove(slot);
    EndWait(slot);
    const bool is_timeout = self.wake_reason == WakeReason::kTimeout;
    if (is_interrupted && HandleInterruption(true, restarts)) return Readiness::kInterrupted;
    // Another process may have told that something changed, which need not be what this thread waits for; and functions
    // of libc that nobody sees may have taken what there was.
    if (IsReady(wait)) return Readiness::kReady;
    if (is_timeout) return Readiness::kTimedOut;
  }
}

namespace {

bool RecheckWaiters() {
  Execution& execution = TheExecution();
  if (__builtin_expect(execution.descriptor_waiters.Empty(), 1)) return false;
  ++execution.descriptor_changes;
  bool any = false;
  execution.descriptor_waiters.ForEach([&](ThreadSlot slot) {
    if (execution.threads[slot].process != execution.this_process) {
      // Only its own process can ask the kernel: it does when it is its turn.
      any |= !execution.enabled.Contains(slot);
      execution.enabled.Add(slot);
    } else if (!IsReady(execution.descriptor_waits[slot])) {
      execution.enabled.Remove(slot);
    } else if (!execution.enabled.Contains(slot)) {
      execution.enabled.Add(slot);
      any = true;
    }
  });
  return any;
}

}  // namespace

bool RecheckDescriptors() {
  if (__builtin_expect(!TheExecution().program_waiters.Empty(), 0)) RecheckPrograms();
  return RecheckWaiters();
}

bool RecheckWhenNobodyMoves() {
  Execution& execution = TheExecution();
  const bool has_locks = execution.system_objects.has_locks;
  if ((execution.descriptor_waiters.Empty() && !has_locks) || execution.descriptors_asked_at == execution.step_count) {
    return false;
  }
  execution.descriptors_asked_at = execution.step_count;
  // A program that is not under control may have held the lock of a file.
  const bool may_lock = has_locks && WakeLockWaiters();
  return RecheckWaiters() || may_lock;
}

bool WaitsForDescriptors(const Thread& thread) {
  return TheExecution().descriptor_waiters.Contains(thread.accessor.slot);
}

void DescribeDescriptorWait(Text& text, const Thread& thread) {
  const DescriptorWait& wait = TheExecution().descriptor_waits[thread.accessor.slot];
  if (wait.count != 1) {
    text << "one of the descriptors";
    for (unsigned i = 0; i < wait.count && i < DescriptorWait::kShown; ++i) {
      text << (i == 0 ? " " : ", ") << wait.descriptors[i];
    }
    return;
  }
  const bool accepts = wait.file != nullptr && wait.file->is_listening;
  text << (accepts ? "a connection to " : wait.writes ? "room in " : "data from ");
  if (wait.file == nullptr) {
    text << "descriptor " << wait.descriptors[0];
    return;
  }
  WriteObjectName(text, *wait.file->object);
  text << " (descriptor " << wait.descriptors[0] << ')';
  const std::uint32_t channel = ChannelOf(wait);
  if (!HasChannel(channel) || accepts) return;
  int others = 0;
  ForEachEnd(channel, !wait.writes, [&](const Process& process, int fd, const Descriptor&) {
    if (others++ == 0) {
      text << (wait.writes ? ", which nobody reads: its other end is open as descriptor "
                           : ", whose other end is still open as descriptor ");
    } else {
      text << ", ";
    }
    text << fd;
    if (TheExecution().has_processes) {
      text << " of ";
      WriteProcessName(text, process);
    }
  });
  if (others > 0 && !wait.writes) text << ", so that its end never comes";
}

void AddOtherEnds(FindingBuilder& builder, const Thread& thread) {
  const DescriptorWait& wait = TheExecution().descriptor_waits[thread.accessor.slot];
  const std::uint32_t channel = ChannelOf(wait);
  if (!HasChannel(channel)) return;
  ForEachEnd(channel, !wait.writes, [&](const Process&, int fd, const Descriptor& descriptor) {
    char unused[1];
    Text role(unused);
    if (builder.AddStackOfStep(FindStep(descriptor.opened_at), &role)) {
      role << "the other end, descriptor " << fd << ", was opened here";
    }
  });
}

}  // namespace racecourse
