#include "framework/execution/segments.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "framework/core/check.h"
#include "framework/core/text.h"
#include "framework/execution/system_call.h"

namespace racecourse {

std::int32_t NewMemoryFile(std::int32_t number) {
  if (number < 0) return kNoSegment;
  const long file = SystemCall(SYS_memfd_create, "racecourse", MFD_CLOEXEC);
  if (file < 0) return kNoSegment;
  const long moved = SystemCall(SYS_dup3, file, number, O_CLOEXEC);
  SystemCall(SYS_close, file);
  return moved == number ? number : kNoSegment;
}

bool EmptyMemoryFile(std::int32_t file, std::size_t size) {
  return file != kNoSegment && SystemCall(SYS_ftruncate, file, 0) == 0 && SystemCall(SYS_ftruncate, file, size) == 0;
}

void* MapMemoryFile(std::int32_t file, std::uintptr_t address, std::size_t size) {
  int flags = MAP_SHARED | MAP_NORESERVE;
  if (file == kNoSegment) flags |= MAP_ANONYMOUS;
  if (address != 0) flags |= MAP_FIXED;
  const long got = SystemCall(SYS_mmap, address, size, PROT_READ | PROT_WRITE, flags, file, 0);
  RC_CHECK(got > 0);
  return reinterpret_cast<void*>(got);
}

std::int32_t OpenMemoryFileOf(std::int32_t owner, std::int32_t file) {
  char path[64];
  Text(path) << "/proc/" << owner << "/fd/" << file;
  const long opened = SystemCall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  return opened >= 0 ? static_cast<std::int32_t>(opened) : kNoSegment;
}

std::int32_t MapNewSegment(std::uintptr_t address, std::size_t size) {
  const long made = SystemCall(SYS_shmget, IPC_PRIVATE, size, IPC_CREAT | SHM_NORESERVE | 0600);
  if (made >= 0) {
    const bool is_attached = AttachSegment(static_cast<std::int32_t>(made), address);
    SystemCall(SYS_shmctl, made, IPC_RMID, 0);
    if (is_attached) return static_cast<std::int32_t>(made);
  }
  MapMemoryFile(kNoSegment, address, size);
  return kNoSegment;
}

bool AttachSegment(std::int32_t segment, std::uintptr_t address) {
  return SystemCall(SYS_shmat, segment, address, SHM_REMAP) == static_cast<long>(address);
}

}  // namespace racecourse
