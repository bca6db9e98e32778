// Segments of shared memory: shmget, shmat, shmdt, shmctl. Source: POSIX.1-2017. Behind each is a file in memory whose
// name belongs to the execution, so that it is watched, and has one address, like all that processes share.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "framework/execution/shared_mappings.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/system_v.h"

namespace racecourse {
namespace {

constexpr char kWhat[] = "the System V shared memory";

Segment* FindSegment(int id) {
  Segment* segment = FindById(TheSystemObjects().segments, TheSystemObjects().segment_count, id);
  if (segment == nullptr) errno = EINVAL;
  return segment;
}

long OpenFileOf(const Segment& segment, int flags) {
  char name[32];
  Text(name) << segment.id;
  char path[320];
  SharedMemoryPath(name, "segment.", path, sizeof path);
  return SystemCall(SYS_open, path, flags | O_RDWR | O_CLOEXEC, 0600);
}

int Get(key_t key, std::size_t size, int flags) {
  SystemObjects& all = TheSystemObjects();
  const Segment* existing = FindByKey(all.segments, all.segment_count, key);
  if (size == 0 && existing == nullptr && (key == IPC_PRIVATE || (flags & IPC_CREAT) != 0)) return Fail(EINVAL);
  bool is_new;
  Segment* segment = GetByKey(all.segments, &all.segment_count, key, flags, kWhat, &is_new);
  if (segment == nullptr) return -1;
  if (!is_new) return size > segment->size ? Fail(EINVAL) : segment->id;
  segment->size = size;
  segment->creator = ProcessAt(ThisProcess()).pid;
  Shared().has_shared_names = true;
  const long fd = OpenFileOf(*segment, O_CREAT | O_EXCL);
  if (fd < 0 || SystemCall(SYS_ftruncate, fd, size) < 0) ReportUncontrolled("no room for System V shared memory");
  SystemCall(SYS_close, fd);
  return segment->id;
}

void* Attach(int id, const void* address, int flags) {
  auto* const failed = reinterpret_cast<void*>(-1);
  Segment* segment = FindSegment(id);
  if (segment == nullptr) return failed;
  if (address != nullptr) ReportEscape("shmat at a given address");
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  if (segment->id != id) {
    Performed(OperationKind::kOpen, &DescriptorTableObject(), 0);
    errno = EIDRM;
    return failed;
  }
  const long fd = OpenFileOf(*segment, 0);
  if (fd < 0) ReportUncontrolled("System V shared memory cannot be opened");
  const int protection = PROT_READ | ((flags & SHM_RDONLY) == 0 ? PROT_WRITE : 0);
  const long memory = MapShared(segment->size, protection, MAP_SHARED, static_cast<int>(fd), 0);
  SystemCall(SYS_close, fd);
  if (memory >= 0) {
    segment->address = static_cast<std::uintptr_t>(memory);
    segment->is_attached_by[ThisProcess()] = true;
    ++segment->attached;
    segment->last = ProcessAt(ThisProcess()).pid;
  }
  Performed(OperationKind::kOpen, &DescriptorTableObject(), static_cast<std::uint32_t>(id));
  if (memory < 0) errno = static_cast<int>(-memory);
  return memory < 0 ? failed : reinterpret_cast<void*>(memory);
}

int Detach(const void* address) {
  SystemObjects& all = TheSystemObjects();
  for (std::uint32_t i = 0; i < all.segment_count; ++i) {
    Segment& segment = all.segments[i];
    if (!segment.is_attached_by[ThisProcess()] || segment.address != reinterpret_cast<std::uintptr_t>(address))
      continue;
    Arrive(OperationKind::kClose, DescriptorTableObject().address);
    UnmapShared(segment.address);
    segment.is_attached_by[ThisProcess()] = false;
    segment.last = ProcessAt(ThisProcess()).pid;
    if (--segment.attached == 0 && segment.is_marked) segment.id = 0;
    Performed(OperationKind::kClose, &DescriptorTableObject(), 0);
    return 0;
  }
  return Fail(EINVAL);
}

int Control(int id, int command, shmid_ds* status) {
  Segment* segment = FindSegment(id);
  if (segment == nullptr) return -1;
  Arrive(OperationKind::kDescriptorControl, DescriptorTableObject().address);
  int result = segment->id == id ? 0 : EIDRM;
  if (result == 0) {
    switch (command) {
      case IPC_RMID:
        if (!segment->is_marked) NoteRemoved(*segment, id, kWhat);
        segment->is_marked = true;
        segment->key = IPC_PRIVATE;  // nobody finds it by its key any more
        if (segment->attached == 0) segment->id = 0;
        break;
      case IPC_STAT:
        *status = {};
        FillPermissions(*segment, &status->shm_perm);
        if (segment->is_marked) status->shm_perm.mode |= 01000;  // SHM_DEST
        status->shm_segsz = segment->size;
        status->shm_nattch = segment->attached;
        status->shm_cpid = segment->creator;
        status->shm_lpid = segment->last;
        NoteKernelWrites(status, sizeof *status);
        break;
      case IPC_SET:
        segment->mode = status->shm_perm.mode & 0777u;
        break;
      case SHM_LOCK:
      case SHM_UNLOCK:
        break;
      default:
        result = EINVAL;
    }
  }
  Performed(OperationKind::kDescriptorControl, &DescriptorTableObject(), static_cast<std::uint32_t>(result));
  return result == 0 ? 0 : Fail(result);
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int shmget(key_t key, size_t size, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(shmget)(key, size, flags);
  return Get(key, size, flags);
}
RC_INTERPOSE void* shmat(int id, const void* address, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(shmat)(id, address, flags);
  return Attach(id, address, flags);
}
RC_INTERPOSE int shmdt(const void* address) noexcept {
  if (!IsControlled()) return RC_REAL(shmdt)(address);
  return Detach(address);
}
RC_INTERPOSE int shmctl(int id, int command, shmid_ds* status) noexcept {
  if (!IsControlled()) return RC_REAL(shmctl)(id, command, status);
  return Control(id, command, status);
}
