// The names of files. Where others live, what changes a name is a scheduling point; and whoever changes one or looks
// for one learns what those knew who changed any before, as the engine has it (framework/interpose/files.cc): programs
// hand work over by names, and the sanitizer knows nothing of that.
//
// What a run makes is taken away again after it, so that the next one finds what it found.

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "framework/carrier/carriers.h"
#include "framework/carrier/descriptors.h"
#include "framework/carrier/sanitizer.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

char names;  // for the sanitizer

// The kernel is asked without the program's functions.
bool Exists(int folder, const char* path) {
  struct stat status;
  return SystemCall(SYS_newfstatat, folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

void WillMake(int folder, const char* path) {
  if (!IsRun() || path == nullptr || folder != AT_FDCWD || Exists(folder, path)) return;
  NoteMade(path);
}

bool MakesOne(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

void WillOpen(int folder, const char* path, int flags) {
  if ((flags & O_CREAT) != 0) WillMake(folder, path);
  if (!IsFollowing() || (flags & O_PATH) == O_PATH || (flags & O_TMPFILE) == O_TMPFILE) return;
  LookAtNames();
  if ((flags & (O_CREAT | O_TRUNC)) != 0) ArriveToChangeNames(OperationKind::kOpen);
}

void WillOpenStream(const char* path, const char* mode) {
  if (mode == nullptr) return;
  if (mode[0] != 'r') WillMake(AT_FDCWD, path);
  if (!IsFollowing()) return;
  LookAtNames();
  if (mode[0] != 'r') ArriveToChangeNames(OperationKind::kOpen);
}

void WillMakeName(int folder, const char* path) {
  WillMake(folder, path);
  ArriveToChangeNames(OperationKind::kDescriptorControl);
}

// As the engine makes up names.
bool FillTemplate(char* name, int suffix_length) {
  const std::size_t length = std::strlen(name);
  const auto suffix = static_cast<std::size_t>(suffix_length);
  if (suffix_length < 0 || length < 6 + suffix) return false;
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (int i = 0; i < 6; ++i) name[length - suffix - 6 + i] = kLetters[Entropy().Next() % (sizeof kLetters - 1)];
  return true;
}

}  // namespace

void LookAtNames() {
  if (IsFollowing()) __tsan_acquire(&names);
}

void ArriveToChangeNames(OperationKind kind) {
  if (!IsFollowing()) return;
  if (LiveCarriers() > 1) Arrive(kind);
  __tsan_acquire(&names);
  __tsan_release(&names);
}

}  // namespace racecourse

using namespace racecourse;

RC_WEAKLY(mkstemp)
RC_WEAKLY(mkdtemp)

#define RC_MODE                                    \
  mode_t mode = 0;                                 \
  if (MakesOne(flags)) {                           \
    va_list list;                                  \
    va_start(list, flags);                         \
    mode = static_cast<mode_t>(va_arg(list, int)); \
    va_end(list);                                  \
  }
#define RC_OPENS(name)                                  \
  RC_WEAKLY(name)                                       \
  RC_CARRY int name(const char* path, int flags, ...) { \
    RC_MODE                                             \
    WillOpen(AT_FDCWD, path, flags);                    \
    return RC_BEHIND(name)(path, flags, mode);          \
  }
#define RC_OPENS_AT(name)                                           \
  RC_WEAKLY(name)                                                   \
  RC_CARRY int name(int folder, const char* path, int flags, ...) { \
    RC_MODE                                                         \
    WillOpen(folder, path, flags);                                  \
    return RC_BEHIND(name)(folder, path, flags, mode);              \
  }
RC_OPENS(open)
RC_OPENS(open64)
RC_OPENS_AT(openat)
RC_OPENS_AT(openat64)

// A function before which something is to be done.
#define RC_BEFORE(result, name, parameters, arguments, preparation) \
  RC_WEAKLY(name)                                                   \
  RC_CARRY result name parameters {                                 \
    preparation;                                                    \
    RC_GO_ON RC_BEHIND(name) arguments;                             \
  }
RC_BEFORE(int, creat, (const char* path, mode_t mode), (path, mode), WillOpen(AT_FDCWD, path, O_CREAT | O_TRUNC))
RC_BEFORE(FILE*, fopen, (const char* path, const char* mode), (path, mode), WillOpenStream(path, mode))
RC_BEFORE(FILE*, fopen64, (const char* path, const char* mode), (path, mode), WillOpenStream(path, mode))

#define RC_CHANGES(name, parameters, arguments) \
  RC_BEFORE(int, name, parameters, arguments, ArriveToChangeNames(OperationKind::kDescriptorControl))
RC_CHANGES(unlink, (const char* path) noexcept, (path))
RC_CHANGES(unlinkat, (int folder, const char* path, int flags) noexcept, (folder, path, flags))
RC_CHANGES(remove, (const char* path) noexcept, (path))
RC_CHANGES(rmdir, (const char* path) noexcept, (path))
#define RC_MAKES(name, parameters, arguments, folder, path) \
  RC_BEFORE(int, name, parameters, arguments, WillMakeName(folder, path))
RC_MAKES(mkdir, (const char* path, mode_t mode) noexcept, (path, mode), AT_FDCWD, path)
RC_MAKES(mkfifo, (const char* path, mode_t mode) noexcept, (path, mode), AT_FDCWD, path)
RC_MAKES(link, (const char* from, const char* to) noexcept, (from, to), AT_FDCWD, to)
RC_MAKES(symlink, (const char* target, const char* path) noexcept, (target, path), AT_FDCWD, path)
RC_MAKES(rename, (const char* from, const char* to) noexcept, (from, to), AT_FDCWD, to)

#define RC_LOOKS(name, parameters, arguments) RC_BEFORE(int, name, parameters noexcept, arguments, LookAtNames())
RC_LOOKS(stat, (const char* path, struct stat* status), (path, status))
RC_LOOKS(stat64, (const char* path, struct stat64* status), (path, status))
RC_LOOKS(lstat, (const char* path, struct stat* status), (path, status))
RC_LOOKS(lstat64, (const char* path, struct stat64* status), (path, status))
RC_LOOKS(fstatat, (int folder, const char* path, struct stat* status, int flags), (folder, path, status, flags))
RC_LOOKS(access, (const char* path, int mode), (path, mode))
RC_LOOKS(faccessat, (int folder, const char* path, int mode, int flags), (folder, path, mode, flags))

RC_CARRY int mkstemp(char* path) {
  if (!IsFollowing()) return RC_BEHIND(mkstemp)(path);
  constexpr int kTriesMax = 1000;
  for (int i = 0; i < kTriesMax; ++i) {
    if (!FillTemplate(path, 0)) return Fail(EINVAL);
    const int file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file >= 0 || errno != EEXIST) return file;
  }
  return -1;
}
RC_CARRY char* mkdtemp(char* path) noexcept {
  if (!IsFollowing()) return RC_BEHIND(mkdtemp)(path);
  return FillTemplate(path, 0) && mkdir(path, 0700) == 0 ? path : nullptr;
}
