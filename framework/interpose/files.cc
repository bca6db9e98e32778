// Files, of which every execution finds the same ones open and the same contents: whatever the program is about to
// change is noted first and put back after the execution (execution/file_undo.h), and what it left open is closed
// (execution/inherited_files.h). The calls themselves are libc's. Where others live, those that change names, or open a
// file to write it anew, are scheduling points.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstring>

#include "framework/execution/descriptors.h"
#include "framework/execution/file_undo.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/file_transfer.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/loaded_code.h"

namespace racecourse {
namespace {

const char* ReasonText(FileUndo::Outcome outcome) {
  switch (outcome) {
    case FileUndo::Outcome::kIsDevice:
      return "is a device, and what is written there cannot be taken back";
    case FileUndo::Outcome::kTooLarge:
      return "is more than can be copied to be put back between executions";
    case FileUndo::Outcome::kUnreadable:
      return "cannot be read, and so not be copied to be put back between executions";
    case FileUndo::Outcome::kTooMany:
      return "is one of more files than can be put back between executions";
    case FileUndo::Outcome::kDanglingLink:
      return "is a symbolic link to something that does not exist, which cannot be put back between executions";
    case FileUndo::Outcome::kDone:
      break;
  }
  return "";
}

void Judge(FileUndo::Outcome outcome, const char* path) {
  if (outcome == FileUndo::Outcome::kDone) return;
  char message[512];
  Text(message) << "the program changes " << path << ", which " << ReasonText(outcome);
  ReportUncontrolled(message);
}

// Other explorers run the same program at the same time: the files they share must not change under them.
void RefuseWhereShared(const char* path) {
  char message[512];
  Text(message) << "the program changes files (" << path << "), so that only one explorer at a time can run it";
  RefuseToShare(message);
}

void WillChange(int folder, const char* path, bool follows_link = true) {
  if (!IsControlled() || path == nullptr) return;
  const FileUndo::Outcome outcome = TheFileUndo().Preserve(folder, path, follows_link);
  if (outcome == FileUndo::Outcome::kDone && !TheFileUndo().IsEmpty()) RefuseWhereShared(path);
  Judge(outcome, path);
}

void WillMove(int from_folder, const char* from, int to_folder, const char* to, bool exchanges = false) {
  if (!IsControlled() || from == nullptr || to == nullptr) return;
  RefuseWhereShared(from);
  Judge(TheFileUndo().PreserveMove(from_folder, from, to_folder, to, exchanges), to);
}

void NoteDescriptors() {
  if (IsControlled()) TheExecution().inherited_files.NoteChange();
}

// A name that is made, moved or taken away, or a file that is emptied, while others may look: a scheduling point like a
// write. Names are also what programs lock by (O_EXCL, mkdir, link), so each change of them teaches what those knew who
// changed any before.
void ArriveToChangeNames(OperationKind kind) {
  if (!IsControlled()) return;
  if (__builtin_expect(TheExecution().live_threads == 1, 1)) return LookAtNames();
  SyncObject& table = DescriptorTableObject();
  Arrive(kind, table.address);
  Thread& self = *TheExecution().current;
  Acquire(self, table.clock);
  ReleaseJoin(self, &table.clock);
  NoteChange();
  Performed(kind, &table);
}

void WillMoveName(int from_folder, const char* from, int to_folder, const char* to, bool exchanges = false) {
  ArriveToChangeNames(OperationKind::kDescriptorControl);
  WillMove(from_folder, from, to_folder, to, exchanges);
}

void WillChangeName(int folder, const char* path) {
  ArriveToChangeNames(OperationKind::kDescriptorControl);
  WillChange(folder, path, false);
}

void WillOpen(int folder, const char* path, int flags) {
  NoteDescriptors();
  if ((flags & O_PATH) == O_PATH || (flags & O_TMPFILE) == O_TMPFILE) return;
  LookAtNames();
  if ((flags & O_ACCMODE) == O_RDONLY && (flags & (O_CREAT | O_TRUNC)) == 0) return;
  if ((flags & (O_CREAT | O_TRUNC)) != 0) ArriveToChangeNames(OperationKind::kOpen);
  WillChange(folder, path, (flags & O_NOFOLLOW) == 0);
}

// Opening is a cancellation point.
void BeginOpening(int folder, const char* path, int flags) {
  TestCancel();
  WillOpen(folder, path, flags);
}

bool Writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }
bool Writes(const char* mode) { return mode != nullptr && (mode[0] != 'r' || std::strchr(mode, '+') != nullptr); }

void WillOpenStream(const char* path, const char* mode) {
  NoteDescriptors();
  LookAtNames();
  if (!Writes(mode)) return;
  if (mode[0] != 'r') ArriveToChangeNames(OperationKind::kOpen);
  WillChange(AT_FDCWD, path);
}

// The characters of a name that mkstemp and its relatives make up, drawn so that they are the same in a replay.
bool FillTemplate(char* name, int suffix_length) {
  const std::size_t length = std::strlen(name);
  const std::size_t suffix = static_cast<std::size_t>(suffix_length);
  if (suffix_length < 0 || length < 6 + suffix) return false;
  char* const blanks = name + length - suffix - 6;
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (int i = 0; i < 6; ++i) blanks[i] = kLetters[TheExecution().entropy.Next() % (sizeof kLetters - 1)];
  return true;
}

bool HasBlanks(const char* name, int suffix_length) {
  const std::size_t length = std::strlen(name);
  const std::size_t suffix = static_cast<std::size_t>(suffix_length);
  return suffix_length >= 0 && length >= 6 + suffix && std::memcmp(name + length - suffix - 6, "XXXXXX", 6) == 0;
}

constexpr int kTriesMax = 1000;

int MakeTemporaryFile(char* name, int suffix_length, int flags) {
  if (!HasBlanks(name, suffix_length)) {
    errno = EINVAL;
    return -1;
  }
  for (int i = 0; i < kTriesMax; ++i) {
    FillTemplate(name, suffix_length);
    WillOpen(AT_FDCWD, name, O_RDWR | O_CREAT | O_EXCL);
    const int file = RC_REAL(open)(name, O_RDWR | O_CREAT | O_EXCL | flags, 0600);
    if (file >= 0 || errno != EEXIST) return file;
  }
  return -1;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

// The checked versions are what _FORTIFY_SOURCE makes of the plain ones.
extern "C" {
int __open_2(const char* path, int flags);
int __open64_2(const char* path, int flags);
int __openat_2(int folder, const char* path, int flags);
int __openat64_2(int folder, const char* path, int flags);
}

// --- opening and closing ---

// Controlled or not.
#define RC_KEEP_CODE(failure, folder, path, is_written) \
  if ((is_written) && IsProcessMemory(folder, path)) {  \
    errno = EACCES;                                     \
    return failure;                                     \
  }

// The mode is an argument only where a file may be made; libc looks at the flags as we do.
#define RC_MODE_ARGUMENT                                            \
  mode_t mode = 0;                                                  \
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list list;                                                   \
    va_start(list, flags);                                          \
    mode = static_cast<mode_t>(va_arg(list, int));                  \
    va_end(list);                                                   \
  }

#define RC_OPENS(name)                                      \
  RC_LOOKED_UP(name)                                        \
  RC_INTERPOSE int name(const char* path, int flags, ...) { \
    RC_MODE_ARGUMENT                                        \
    RC_KEEP_CODE(-1, AT_FDCWD, path, Writes(flags))         \
    BeginOpening(AT_FDCWD, path, flags);                    \
    return RC_KNOWN_REAL(name)(path, flags, mode);          \
  }
#define RC_OPENS_AT(name)                                               \
  RC_LOOKED_UP(name)                                                    \
  RC_INTERPOSE int name(int folder, const char* path, int flags, ...) { \
    RC_MODE_ARGUMENT                                                    \
    RC_KEEP_CODE(-1, folder, path, Writes(flags))                       \
    BeginOpening(folder, path, flags);                                  \
    return RC_KNOWN_REAL(name)(folder, path, flags, mode);              \
  }
RC_OPENS(open)
RC_OPENS(open64)
RC_OPENS_AT(openat)
RC_OPENS_AT(openat64)

// A function of libc before which something is to be done.
#define RC_BEFORE(result, name, parameters, arguments, preparation) \
  RC_LOOKED_UP(name)                                                \
  RC_INTERPOSE result name parameters {                             \
    preparation;                                                    \
    return RC_KNOWN_REAL(name) arguments;                           \
  }

RC_BEFORE(int, __open_2, (const char* path, int flags), (path, flags),
          RC_KEEP_CODE(-1, AT_FDCWD, path, Writes(flags)) BeginOpening(AT_FDCWD, path, flags))
RC_BEFORE(int, __open64_2, (const char* path, int flags), (path, flags),
          RC_KEEP_CODE(-1, AT_FDCWD, path, Writes(flags)) BeginOpening(AT_FDCWD, path, flags))
RC_BEFORE(int, __openat_2, (int folder, const char* path, int flags), (folder, path, flags),
          RC_KEEP_CODE(-1, folder, path, Writes(flags)) BeginOpening(folder, path, flags))
RC_BEFORE(int, __openat64_2, (int folder, const char* path, int flags), (folder, path, flags),
          RC_KEEP_CODE(-1, folder, path, Writes(flags)) BeginOpening(folder, path, flags))
RC_BEFORE(int, creat, (const char* path, mode_t mode), (path, mode),
          RC_KEEP_CODE(-1, AT_FDCWD, path, true) BeginOpening(AT_FDCWD, path, O_WRONLY | O_CREAT))
RC_BEFORE(int, creat64, (const char* path, mode_t mode), (path, mode),
          RC_KEEP_CODE(-1, AT_FDCWD, path, true) BeginOpening(AT_FDCWD, path, O_WRONLY | O_CREAT))
RC_BEFORE(FILE*, fopen, (const char* path, const char* mode), (path, mode),
          RC_KEEP_CODE(nullptr, AT_FDCWD, path, Writes(mode)) WillOpenStream(path, mode))
RC_BEFORE(FILE*, fopen64, (const char* path, const char* mode), (path, mode),
          RC_KEEP_CODE(nullptr, AT_FDCWD, path, Writes(mode)) WillOpenStream(path, mode))
RC_BEFORE(FILE*, freopen, (const char* path, const char* mode, FILE* file), (path, mode, file),
          RC_KEEP_CODE(nullptr, AT_FDCWD, path, Writes(mode)) WillOpenStream(path, mode))
RC_BEFORE(FILE*, freopen64, (const char* path, const char* mode, FILE* file), (path, mode, file),
          RC_KEEP_CODE(nullptr, AT_FDCWD, path, Writes(mode)) WillOpenStream(path, mode))
RC_BEFORE(FILE*, tmpfile, (), (), NoteDescriptors())
RC_BEFORE(FILE*, tmpfile64, (), (), NoteDescriptors())
RC_BEFORE(DIR*, opendir, (const char* path), (path), NoteDescriptors())

// --- what changes the file system ---

RC_BEFORE(int, truncate, (const char* path, off_t size) noexcept, (path, size), WillChange(AT_FDCWD, path))
RC_BEFORE(int, truncate64, (const char* path, off64_t size) noexcept, (path, size), WillChange(AT_FDCWD, path))
RC_BEFORE(int, unlink, (const char* path) noexcept, (path), WillChangeName(AT_FDCWD, path))
RC_BEFORE(int, unlinkat, (int folder, const char* path, int flags) noexcept, (folder, path, flags),
          WillChangeName(folder, path))
RC_BEFORE(int, remove, (const char* path) noexcept, (path), WillChangeName(AT_FDCWD, path))
RC_BEFORE(int, rmdir, (const char* path) noexcept, (path), WillChangeName(AT_FDCWD, path))
RC_BEFORE(int, mkdir, (const char* path, mode_t mode) noexcept, (path, mode), WillChangeName(AT_FDCWD, path))
RC_BEFORE(int, mkdirat, (int folder, const char* path, mode_t mode) noexcept, (folder, path, mode),
          WillChangeName(folder, path))
RC_BEFORE(int, mkfifo, (const char* path, mode_t mode) noexcept, (path, mode), WillChangeName(AT_FDCWD, path))
RC_BEFORE(int, link, (const char* from, const char* to) noexcept, (from, to), WillChangeName(AT_FDCWD, to))
RC_BEFORE(int, linkat, (int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept,
          (from_folder, from, to_folder, to, flags), WillChangeName(to_folder, to))
RC_BEFORE(int, symlink, (const char* target, const char* path) noexcept, (target, path), WillChangeName(AT_FDCWD, path))
RC_BEFORE(int, symlinkat, (const char* target, int folder, const char* path) noexcept, (target, folder, path),
          WillChangeName(folder, path))
RC_BEFORE(int, chmod, (const char* path, mode_t mode) noexcept, (path, mode), WillChange(AT_FDCWD, path))
RC_BEFORE(int, fchmodat, (int folder, const char* path, mode_t mode, int flags) noexcept, (folder, path, mode, flags),
          WillChange(folder, path))
RC_BEFORE(int, utimensat, (int folder, const char* path, const timespec* times, int flags) noexcept,
          (folder, path, times, flags), WillChange(folder, path))
RC_BEFORE(int, rename, (const char* from, const char* to) noexcept, (from, to),
          WillMoveName(AT_FDCWD, from, AT_FDCWD, to))
RC_BEFORE(int, renameat, (int from_folder, const char* from, int to_folder, const char* to) noexcept,
          (from_folder, from, to_folder, to), WillMoveName(from_folder, from, to_folder, to))
RC_BEFORE(int, renameat2, (int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept,
          (from_folder, from, to_folder, to, flags),
          WillMoveName(from_folder, from, to_folder, to, (flags & RENAME_EXCHANGE) != 0))

// --- what looks at it ---

RC_BEFORE(int, access, (const char* path, int mode) noexcept, (path, mode), LookAtNames())
RC_BEFORE(int, faccessat, (int folder, const char* path, int mode, int flags) noexcept, (folder, path, mode, flags),
          LookAtNames())

RC_BEFORE(int, chdir, (const char* path) noexcept, (path), NoteDescriptors())
RC_BEFORE(int, fchdir, (int folder) noexcept, (folder), NoteDescriptors())
RC_BEFORE(mode_t, umask, (mode_t mask) noexcept, (mask), NoteDescriptors())

// --- names that libc makes up ---

#define RC_TEMPORARY(name, parameters, arguments, suffix_length, flags) \
  RC_LOOKED_UP(name)                                                    \
  RC_INTERPOSE int name parameters {                                    \
    if (!IsControlled()) return RC_KNOWN_REAL(name) arguments;          \
    return MakeTemporaryFile(path, suffix_length, flags);               \
  }
RC_TEMPORARY(mkstemp, (char* path), (path), 0, 0)
RC_TEMPORARY(mkstemp64, (char* path), (path), 0, 0)
RC_TEMPORARY(mkstemps, (char* path, int suffix), (path, suffix), suffix, 0)
RC_TEMPORARY(mkstemps64, (char* path, int suffix), (path, suffix), suffix, 0)
RC_TEMPORARY(mkostemp, (char* path, int flags), (path, flags), 0, flags)
RC_TEMPORARY(mkostemp64, (char* path, int flags), (path, flags), 0, flags)
RC_INTERPOSE char* mkdtemp(char* path) noexcept {
  if (!IsControlled()) return RC_REAL(mkdtemp)(path);
  if (!HasBlanks(path, 0)) {
    errno = EINVAL;
    return nullptr;
  }
  for (int i = 0; i < kTriesMax; ++i) {
    FillTemplate(path, 0);
    if (mkdir(path, 0700) == 0) return path;
    if (errno != EEXIST) return nullptr;
  }
  return nullptr;
}
