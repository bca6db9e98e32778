#include "framework/interpose/loaded_code.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/vfs.h>

#include <cstdarg>
#include <cstring>

#include "framework/core/text.h"
#include "framework/execution/system_call.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr std::uintptr_t kPageMask = 4095;

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};

int MeetsCode(dl_phdr_info* object, std::size_t, void* data) {
  const Range& range = *static_cast<const Range*>(data);
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~kPageMask;
    const std::uintptr_t end = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz + kPageMask) & ~kPageMask;
    if (begin < range.end && range.begin < end) return 1;
  }
  return 0;
}

bool Writes(long flags) { return (flags & O_ACCMODE) != O_RDONLY && (flags & O_PATH) == 0; }

}  // namespace

bool IsProcessMemory(int folder, const char* path) {
  if (path == nullptr) return false;
  const long file = SystemCall(SYS_openat, folder, path, O_PATH | O_CLOEXEC, 0);
  if (file < 0) return false;
  struct statfs status = {};
  const bool is_proc = SystemCall(SYS_fstatfs, file, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
  bool is_memory = false;
  if (is_proc) {
    char link[40];
    Text(link) << "/proc/self/fd/" << std::int64_t{file};
    char target[256];
    const long length = SystemCall(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
    if (length > 0) {
      target[length] = '\0';
      const char* const last = std::strrchr(target, '/');
      is_memory = last != nullptr && std::strcmp(last, "/mem") == 0;
    }
  }
  SystemCall(SYS_close, file);
  return is_memory;
}

bool HasLoadedCode(std::uintptr_t begin, std::size_t size) {
  Range range = {begin & ~kPageMask, begin + size};
  return range.begin < range.end && dl_iterate_phdr(MeetsCode, &range) != 0;
}

bool MayChangeLoadedCode(long number, const long (&arguments)[6]) {
  const auto address = static_cast<std::uintptr_t>(arguments[0]);
  const auto size = static_cast<std::size_t>(arguments[1]);
  switch (number) {
    case SYS_open:
      return Writes(arguments[1]) && IsProcessMemory(AT_FDCWD, reinterpret_cast<const char*>(arguments[0]));
    case SYS_creat:
      return IsProcessMemory(AT_FDCWD, reinterpret_cast<const char*>(arguments[0]));
    case SYS_openat:
      return Writes(arguments[2]) &&
             IsProcessMemory(static_cast<int>(arguments[0]), reinterpret_cast<const char*>(arguments[1]));
    case SYS_openat2:
      return Writes(static_cast<long>(reinterpret_cast<const open_how*>(arguments[2])->flags)) &&
             IsProcessMemory(static_cast<int>(arguments[0]), reinterpret_cast<const char*>(arguments[1]));
    case SYS_mprotect:
    case SYS_pkey_mprotect:
      return (arguments[2] & PROT_WRITE) != 0 && HasLoadedCode(address, size);
    case SYS_mmap:
      return (arguments[3] & MAP_FIXED) != 0 && HasLoadedCode(address, size);
    case SYS_mremap:
      return (arguments[3] & MREMAP_FIXED) != 0 &&
             HasLoadedCode(static_cast<std::uintptr_t>(arguments[4]), static_cast<std::size_t>(arguments[2]));
    case SYS_ptrace:
    // It opens and writes without a system call of its own for each.
    case SYS_io_uring_setup:
      return true;
    default:
      return false;
  }
}

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int mprotect(void* address, size_t size, int protection) noexcept {
  if ((protection & PROT_WRITE) != 0 && HasLoadedCode(reinterpret_cast<std::uintptr_t>(address), size)) {
    errno = EACCES;
    return -1;
  }
  return RC_REAL(mprotect)(address, size, protection);
}

RC_INTERPOSE int pkey_mprotect(void* address, size_t size, int protection, int key) noexcept {
  if ((protection & PROT_WRITE) != 0 && HasLoadedCode(reinterpret_cast<std::uintptr_t>(address), size)) {
    errno = EACCES;
    return -1;
  }
  return RC_REAL(pkey_mprotect)(address, size, protection, key);
}

RC_INTERPOSE void* mremap(void* address, size_t old_size, size_t new_size, int flags, ...) noexcept {
  va_list list;
  va_start(list, flags);
  void* const target = (flags & MREMAP_FIXED) != 0 ? va_arg(list, void*) : nullptr;
  va_end(list);
  if (target != nullptr && HasLoadedCode(reinterpret_cast<std::uintptr_t>(target), new_size)) {
    errno = EACCES;
    return MAP_FAILED;
  }
  return RC_REAL(mremap)(address, old_size, new_size, flags, target);
}

RC_INTERPOSE long ptrace(__ptrace_request, ...) noexcept {
  errno = EPERM;
  return -1;
}
