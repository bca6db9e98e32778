#include "framework/execution/kernel_objects.h"

#include <sys/stat.h>

#include "framework/execution/faults.h"
#include "framework/execution/interruption.h"
#include "framework/execution/leftovers.h"
#include "framework/execution/processes.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

SystemObjects& All() { return TheExecution().system_objects; }

template <typename Visit>
void ForEachObject(Visit visit) {
  SystemObjects& all = All();
  for (std::uint32_t i = 0; i < all.set_count; ++i) visit(*all.sets[i].object);
  for (std::uint32_t i = 0; i < all.queue_count; ++i) visit(*all.queues[i].object);
  for (std::uint32_t i = 0; i < all.file_count; ++i) visit(*all.files[i].object);
}

void Undo(SemaphoreSet& set, ProcessIndex process, const SyncClock& clock) {
  if (set.undo == nullptr || set.id == 0) return;
  Execution& execution = TheExecution();
  for (std::uint32_t i = 0; i < set.count; ++i) {
    std::int32_t& undo = set.undo[process * set.count + i];
    if (undo == 0) continue;
    SetSemaphore& semaphore = set.semaphores[i];
    const std::int32_t value = semaphore.value + undo;
    semaphore.value = static_cast<std::uint16_t>(value < 0 ? 0 : value);
    semaphore.raised.Join(clock, &execution.shared_arena);
    semaphore.lowered.Join(clock, &execution.shared_arena);
    undo = 0;
  }
  WakeAll(*set.object);
}

KnownFile& FileWith(const struct stat& status) {
  SystemObjects& all = All();
  for (std::uint32_t i = 0; i < all.file_count; ++i) {
    if (all.files[i].device == status.st_dev && all.files[i].inode == status.st_ino) return all.files[i];
  }
  if (all.file_count == SystemObjects::kMax) return all.files[0];  // orders more than there is
  KnownFile& file = all.files[all.file_count++];
  file.device = status.st_dev;
  file.inode = status.st_ino;
  file.object = &NewNumberedObject(ObjectKind::kFile);
  file.written = SyncClock();
  return file;
}

}  // namespace

ObjectWait AwaitChange(OperationKind kind, SyncObject& object, std::int64_t deadline, bool is_cancellation_point) {
  Thread& self = *TheExecution().current;
  const ThreadSlot slot = self.accessor.slot;
  if (Fails(kInterruptions)) {
    PerformInterrupted(kind, &object);
    return ObjectWait::kInterrupted;
  }
  object.waiting.Add(slot);
  BeginWait(&object, deadline, false);
  const bool is_interrupted = ArriveInterruptibly(kind, object.address, is_cancellation_point);
  object.waiting.Remove(slot);
  EndWait(slot);
  if (is_interrupted && HandleInterruption(is_cancellation_point)) return ObjectWait::kInterrupted;
  return self.wake_reason == WakeReason::kTimeout ? ObjectWait::kTimedOut : ObjectWait::kReady;
}

void WakeAll(SyncObject& object) {
  TheExecution().enabled.AddAll(object.waiting);
  NoteChange();
}

void EndObjectsOf(ProcessIndex index) {
  Execution& execution = TheExecution();
  SystemObjects& all = All();
  Process& process = execution.processes[index];
  ForEachObject([&](SyncObject& object) {
    for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
      if (execution.threads[slot].process != index) continue;
      object.waiting.Remove(slot);
      if (object.owner == slot) object.owner = kNoThread;
      object.holders.Remove(slot);
    }
  });
  for (std::uint32_t i = 0; i < all.set_count; ++i) Undo(all.sets[i], index, process.end_clock);
  for (std::uint32_t i = 0; i < all.file_count; ++i) {
    all.files[i].object->clock.Join(process.end_clock, &execution.shared_arena);
    WakeAll(*all.files[i].object);
  }
  for (std::uint32_t i = 0; i < all.segment_count; ++i) {
    Segment& segment = all.segments[i];
    if (!segment.is_attached_by[index]) continue;
    segment.is_attached_by[index] = false;
    if (--segment.attached == 0 && segment.is_marked) segment.id = 0;
  }
}

void CopyObjectsTo(ProcessIndex child, ProcessIndex parent) {
  SystemObjects& all = All();
  for (std::uint32_t i = 0; i < all.segment_count; ++i) {
    Segment& segment = all.segments[i];
    segment.is_attached_by[child] = segment.is_attached_by[parent];
    if (segment.is_attached_by[child]) ++segment.attached;
  }
}

SyncObject* FileObject(int fd) {
  struct stat status;
  if (SystemCall(SYS_fstat, fd, &status) < 0) return nullptr;
  return FileWith(status).object;
}

KnownFile* FindRegularFile(int fd) {
  struct stat status;
  if (SystemCall(SYS_fstat, fd, &status) < 0 || !S_ISREG(status.st_mode)) return nullptr;
  if (TheExecution().inherited_files.IsInherited(status.st_dev, status.st_ino)) return nullptr;
  return &FileWith(status);
}

bool WakeLockWaiters() {
  Execution& execution = TheExecution();
  bool any = false;
  for (std::uint32_t i = 0; i < execution.system_objects.file_count; ++i) {
    const ThreadSet& waiting = execution.system_objects.files[i].object->waiting;
    any |= !waiting.Empty();
    execution.enabled.AddAll(waiting);
  }
  return any;
}

void NoteLocksMayBeFree() {
  Execution& execution = TheExecution();
  SystemObjects& all = All();
  for (std::uint32_t i = 0; i < all.file_count; ++i) {
    SyncObject& object = *all.files[i].object;
    ReleaseJoin(*execution.current, &object.clock);
    if (object.owner == execution.current->accessor.slot) object.owner = kNoThread;
    object.holders.Remove(execution.current->accessor.slot);
    WakeAll(object);
  }
}

}  // namespace racecourse
