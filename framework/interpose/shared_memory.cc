// Memory and semaphores that processes share: mmap, shm_open, sem_open. Source: POSIX.1-2017.

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "framework/execution/finding_builder.h"
#include "framework/execution/leftovers.h"
#include "framework/execution/processes.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/shared_mappings.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/file_transfer.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/loaded_code.h"

namespace racecourse {
namespace {

constexpr std::size_t kPathMax = 320;

const char* WhatIs(const char* kind) {
  return std::strcmp(kind, "sem.") == 0 ? "the named semaphore" : "the shared memory";
}

int OpenByName(const char* name, const char* kind, int flags, mode_t mode) {
  char path[kPathMax];
  if (!SharedMemoryPath(name, kind, path, sizeof path)) {
    errno = EINVAL;
    return -1;
  }
  Shared().has_shared_names = true;
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  TheExecution().inherited_files.NoteChange();
  const bool may_make = (flags & O_CREAT) != 0;
  // Made anew, or found: O_CREAT alone does not tell.
  long result = SystemCall(SYS_open, path, flags | (may_make ? O_EXCL : 0) | O_CLOEXEC | O_NOFOLLOW, mode);
  if (may_make && result >= 0) {
    NoteKernelObject(WhatIs(kind), name);
  } else if (may_make && result == -EEXIST && (flags & O_EXCL) == 0) {
    result = SystemCall(SYS_open, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
  }
  PerformedOnDescriptor(OperationKind::kOpen, &DescriptorTableObject(), result);
  return static_cast<int>(Result(result));
}

int UnlinkByName(const char* name, const char* kind) {
  char path[kPathMax];
  if (!SharedMemoryPath(name, kind, path, sizeof path)) {
    errno = ENOENT;
    return -1;
  }
  Arrive(OperationKind::kClose, DescriptorTableObject().address);
  const long result = SystemCall(SYS_unlink, path);
  if (result == 0) NoteKernelObjectGone(WhatIs(kind), name);
  PerformedOnDescriptor(OperationKind::kClose, &DescriptorTableObject(), result);
  return static_cast<int>(Result(result));
}

sem_t* OpenSemaphore(const char* name, int flags, mode_t mode, unsigned value) {
  const int fd = OpenByName(name, "sem.", (flags & (O_CREAT | O_EXCL)) | O_RDWR, mode);
  if (fd < 0) return SEM_FAILED;
  struct stat status = {};
  SystemCall(SYS_fstat, fd, &status);
  const bool is_new = status.st_size == 0;
  if (is_new) SystemCall(SYS_ftruncate, fd, sizeof(sem_t));
  const long memory = MapShared(sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, true);
  SystemCall(SYS_close, fd);
  if (memory < 0) return reinterpret_cast<sem_t*>(Result(memory));
  auto* semaphore = reinterpret_cast<sem_t*>(memory);
  if (is_new) sem_init(semaphore, 1, value);
  return semaphore;
}

// Between the opening of a new object and the setting of its size, others may find it and map what is not there yet.
int Resize(int fd, off_t size) {
  if (!IsControlled() || !Shared().has_shared_names) {
    const auto resize = [&] { return SystemCall(SYS_ftruncate, fd, size); };
    return static_cast<int>(Result(OnFile(OperationKind::kWrite, fd, resize)));
  }
  Arrive(OperationKind::kDescriptorControl, DescriptorTableObject().address);
  const long result = SystemCall(SYS_ftruncate, fd, size);
  PerformedOnDescriptor(OperationKind::kDescriptorControl, &DescriptorTableObject(), result);
  return static_cast<int>(Result(result));
}

void* Map(void* address, std::size_t size, int protection, int flags, int fd, off_t offset) {
  if ((flags & MAP_FIXED) != 0 && HasLoadedCode(reinterpret_cast<std::uintptr_t>(address), size)) {
    errno = EACCES;
    return MAP_FAILED;
  }
  if ((protection & PROT_WRITE) != 0) TheExecution().maps_memory = true;
  const bool is_shared = (flags & MAP_TYPE) == MAP_SHARED || (flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
  if (!IsControlled() || !is_shared) {
    return reinterpret_cast<void*>(Result(SystemCall(SYS_mmap, address, size, protection, flags, fd, offset)));
  }
  return reinterpret_cast<void*>(Result(MapShared(size, protection, flags, fd, offset)));
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  return Map(address, size, protection, flags, fd, offset);
}
RC_INTERPOSE void* mmap64(void* address, size_t size, int protection, int flags, int fd, off64_t offset) noexcept {
  return Map(address, size, protection, flags, fd, offset);
}
RC_INTERPOSE int munmap(void* address, size_t size) noexcept {
  if (IsControlled() && UnmapShared(reinterpret_cast<std::uintptr_t>(address))) return 0;
  return static_cast<int>(Result(SystemCall(SYS_munmap, address, size)));
}
RC_INTERPOSE int shm_open(const char* name, int flags, mode_t mode) {
  if (!IsControlled()) return RC_REAL(shm_open)(name, flags, mode);
  return OpenByName(name, "shm.", flags, mode);
}
RC_INTERPOSE int shm_unlink(const char* name) {
  if (!IsControlled()) return RC_REAL(shm_unlink)(name);
  return UnlinkByName(name, "shm.");
}
RC_INTERPOSE int ftruncate(int fd, off_t size) noexcept { return Resize(fd, size); }
RC_INTERPOSE int ftruncate64(int fd, off64_t size) noexcept { return Resize(fd, size); }
RC_INTERPOSE sem_t* sem_open(const char* name, int flags, ...) noexcept {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
  const unsigned value = (flags & O_CREAT) != 0 ? va_arg(list, unsigned) : 0;
  va_end(list);
  if (!IsControlled()) return RC_REAL(sem_open)(name, flags, mode, value);
  return OpenSemaphore(name, flags, mode, value);
}
RC_INTERPOSE int sem_close(sem_t* semaphore) noexcept {
  if (!IsControlled()) return RC_REAL(sem_close)(semaphore);
  if (UnmapShared(reinterpret_cast<std::uintptr_t>(semaphore))) return 0;
  errno = EINVAL;
  return -1;
}
RC_INTERPOSE int sem_unlink(const char* name) noexcept {
  if (!IsControlled()) return RC_REAL(sem_unlink)(name);
  return UnlinkByName(name, "sem.");
}
