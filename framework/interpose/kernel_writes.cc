// Functions that let the kernel write to memory of the program. The image an execution starts from is read-only until
// it is written (execution/image.h). The program's own write faults and goes on; the kernel's does not fault: the call
// fails with EFAULT, as if the program had passed a bad address. So the memory is made ready before the call.
//
// Calls that block or choose are elsewhere; these only fill a buffer.

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdarg>

#include "framework/execution/interruption.h"
#include "framework/interpose/file_transfer.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

void Prepare(const void* memory, std::size_t size) {
  if (IsControlled()) TheExecution().image.PrepareWrite(reinterpret_cast<std::uintptr_t>(memory), size);
}

void PrepareAll(const iovec* buffers, int count) {
  for (int i = 0; i < count; ++i) Prepare(buffers[i].iov_base, buffers[i].iov_len);
}

// More than any request writes whose number does not say its size.
constexpr std::size_t kIoctlBytesMax = 256;

}  // namespace
}  // namespace racecourse

using namespace racecourse;

// The checked versions are what _FORTIFY_SOURCE makes of the plain ones; no header declares them.
extern "C" {
ssize_t __pread_chk(int file, void* buffer, size_t size, off_t at, size_t room);
ssize_t __pread64_chk(int file, void* buffer, size_t size, off_t at, size_t room);
size_t __fread_chk(void* buffer, size_t room, size_t size, size_t count, FILE* file);
size_t __fread_unlocked_chk(void* buffer, size_t room, size_t size, size_t count, FILE* file);
char* __getcwd_chk(char* buffer, size_t size, size_t room);
ssize_t __readlink_chk(const char* path, char* buffer, size_t size, size_t room);
ssize_t __readlinkat_chk(int folder, const char* path, char* buffer, size_t size, size_t room);
}

#define RC_FILLS(result, name, parameters, arguments, memory, size) \
  RC_LOOKED_UP(name)                                                \
  RC_INTERPOSE result name parameters {                             \
    Prepare(memory, size);                                          \
    return RC_KNOWN_REAL(name) arguments;                           \
  }

// One that is a cancellation point.
#define RC_READS(name, parameters, arguments, memory, size)                                   \
  RC_LOOKED_UP(name)                                                                          \
  RC_INTERPOSE ssize_t name parameters {                                                      \
    TestCancel();                                                                             \
    Prepare(memory, size);                                                                    \
    return OnFile(OperationKind::kRead, file, [&] { return RC_KNOWN_REAL(name) arguments; }); \
  }

RC_READS(pread, (int file, void* buffer, size_t size, off_t at), (file, buffer, size, at), buffer, size)
RC_READS(pread64, (int file, void* buffer, size_t size, off64_t at), (file, buffer, size, at), buffer, size)
RC_READS(__pread_chk, (int file, void* buffer, size_t size, off_t at, size_t room), (file, buffer, size, at, room),
         buffer, size)
RC_READS(__pread64_chk, (int file, void* buffer, size_t size, off_t at, size_t room), (file, buffer, size, at, room),
         buffer, size)
RC_FILLS(size_t, __fread_chk, (void* buffer, size_t room, size_t size, size_t count, FILE* file),
         (buffer, room, size, count, file), buffer, size* count)
RC_FILLS(size_t, __fread_unlocked_chk, (void* buffer, size_t room, size_t size, size_t count, FILE* file),
         (buffer, room, size, count, file), buffer, size* count)

RC_INTERPOSE ssize_t preadv(int file, const iovec* buffers, int count, off_t at) {
  TestCancel();
  PrepareAll(buffers, count);
  return OnFile(OperationKind::kRead, file, [&] { return RC_REAL(preadv)(file, buffers, count, at); });
}
RC_INTERPOSE ssize_t preadv64(int file, const iovec* buffers, int count, off64_t at) {
  TestCancel();
  PrepareAll(buffers, count);
  return OnFile(OperationKind::kRead, file, [&] { return RC_REAL(preadv64)(file, buffers, count, at); });
}

// What is behind a name, or that nothing is.
#define RC_LOOKS(name, parameters, arguments) \
  RC_INTERPOSE int name parameters noexcept { \
    LookAtNames();                            \
    Prepare(status, sizeof *status);          \
    return RC_REAL(name) arguments;           \
  }
RC_LOOKS(stat, (const char* path, struct stat* status), (path, status))
RC_LOOKS(stat64, (const char* path, struct stat64* status), (path, status))
RC_LOOKS(lstat, (const char* path, struct stat* status), (path, status))
RC_LOOKS(lstat64, (const char* path, struct stat64* status), (path, status))
RC_LOOKS(fstatat, (int folder, const char* path, struct stat* status, int flags), (folder, path, status, flags))
RC_LOOKS(fstatat64, (int folder, const char* path, struct stat64* status, int flags), (folder, path, status, flags))
RC_LOOKS(statx, (int folder, const char* path, int flags, unsigned mask, struct statx* status),
         (folder, path, flags, mask, status))
RC_FILLS(int, fstat, (int file, struct stat* status) noexcept, (file, status), status, sizeof *status)
RC_FILLS(int, fstat64, (int file, struct stat64* status) noexcept, (file, status), status, sizeof *status)
RC_FILLS(int, statfs, (const char* path, struct statfs* status) noexcept, (path, status), status, sizeof *status)
RC_FILLS(int, fstatfs, (int file, struct statfs* status) noexcept, (file, status), status, sizeof *status)

RC_FILLS(char*, getcwd, (char* buffer, size_t size) noexcept, (buffer, size), buffer, buffer != nullptr ? size : 0)
RC_FILLS(char*, __getcwd_chk, (char* buffer, size_t size, size_t room), (buffer, size, room), buffer,
         buffer != nullptr ? size : 0)
RC_FILLS(ssize_t, readlink, (const char* path, char* buffer, size_t size) noexcept, (path, buffer, size), buffer, size)
RC_FILLS(ssize_t, readlinkat, (int folder, const char* path, char* buffer, size_t size) noexcept,
         (folder, path, buffer, size), buffer, size)
RC_FILLS(ssize_t, __readlink_chk, (const char* path, char* buffer, size_t size, size_t room),
         (path, buffer, size, room), buffer, size)
RC_FILLS(ssize_t, __readlinkat_chk, (int folder, const char* path, char* buffer, size_t size, size_t room),
         (folder, path, buffer, size, room), buffer, size)
RC_FILLS(int, uname, (utsname * name) noexcept, (name), name, sizeof *name)
RC_FILLS(int, sysinfo, (struct sysinfo * info) noexcept, (info), info, sizeof *info)
RC_FILLS(int, getrusage, (__rusage_who_t who, rusage* usage) noexcept, (who, usage), usage, sizeof *usage)
RC_FILLS(int, getrlimit, (__rlimit_resource_t resource, rlimit* limit) noexcept, (resource, limit), limit,
         sizeof *limit)
RC_FILLS(int, getrlimit64, (__rlimit_resource_t resource, rlimit64* limit) noexcept, (resource, limit), limit,
         sizeof *limit)
RC_FILLS(clock_t, times, (tms * times_used) noexcept, (times_used), times_used, sizeof *times_used)
RC_FILLS(int, getgroups, (int count, gid_t* groups) noexcept, (count, groups), groups,
         count > 0 ? static_cast<std::size_t>(count) * sizeof *groups : 0)

RC_INTERPOSE int ioctl(int file, unsigned long request, ...) noexcept {
  va_list list;
  va_start(list, request);
  void* const argument = va_arg(list, void*);
  va_end(list);
  // A request without an argument passes whatever lies there: nothing of the image then, or a page more than needed.
  Prepare(argument, _IOC_SIZE(request) != 0 ? _IOC_SIZE(request) : kIoctlBytesMax);
  return RC_REAL(ioctl)(file, request, argument);
}
