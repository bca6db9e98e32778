#include "framework/execution/file_undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstring>

#include "framework/core/text.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

// Above this the memory of copies is given back after each execution.
constexpr std::uint64_t kTextKept = 1 << 20;

long Status(const char* path, int flags, struct stat* status) {
  return SystemCall(SYS_newfstatat, AT_FDCWD, path, status, flags);
}

// Devices that keep nothing of what is written to them.
bool KeepsNothing(dev_t device) {
  const unsigned number = minor(device);
  return major(device) == 1 && (number == 3 || number == 5 || number == 7 || number == 8 || number == 9);
}

bool ReadLink(const char* path, char* target, std::size_t size) {
  const long length = SystemCall(SYS_readlinkat, AT_FDCWD, path, target, size - 1);
  if (length < 0) return false;
  target[length] = '\0';
  return true;
}

bool PathOfDescriptor(long descriptor, char* path, std::size_t size) {
  char link[40];
  Text(link) << "/proc/self/fd/" << static_cast<std::int64_t>(descriptor);
  return ReadLink(link, path, size);
}

}  // namespace

const char* FileUndo::TextAt(std::uint64_t at) const {
  return reinterpret_cast<const char*>(this) + kFileUndoTextAt + at;
}

char* FileUndo::Room(std::size_t size) {
  if (size > kFileUndoSize - kFileUndoTextAt - text_size_) return nullptr;
  char* const room = const_cast<char*>(TextAt(text_size_));
  text_size_ += size;
  return room;
}

bool FileUndo::MakeAbsolute(int folder, const char* path, char (&absolute)[kMaxPath]) {
  std::size_t length = 0;
  if (path[0] != '/') {
    if (folder == AT_FDCWD) {
      if (SystemCall(SYS_getcwd, absolute, kMaxPath) < 0) return false;
    } else if (!PathOfDescriptor(folder, absolute, kMaxPath)) {
      return false;
    }
    length = std::strlen(absolute);
    if (length + 1 < kMaxPath) absolute[length++] = '/';
  }
  const std::size_t rest = std::strlen(path);
  if (length + rest >= kMaxPath) return false;
  std::memcpy(absolute + length, path, rest + 1);
  return true;
}

FileUndo::Outcome FileUndo::Preserve(int folder, const char* path, bool follows_link) {
  char absolute[kMaxPath];
  // The call itself will fail as well.
  if (path == nullptr || path[0] == '\0' || !MakeAbsolute(folder, path, absolute)) return Outcome::kDone;
  struct stat status;
  if (follows_link) {
    const long file = SystemCall(SYS_openat, AT_FDCWD, absolute, O_PATH | O_CLOEXEC, 0);
    if (file >= 0) {
      char target[kMaxPath];
      if (PathOfDescriptor(file, target, kMaxPath) && target[0] == '/') std::memcpy(absolute, target, kMaxPath);
      SystemCall(SYS_close, file);
    } else if (Status(absolute, AT_SYMLINK_NOFOLLOW, &status) == 0 && S_ISLNK(status.st_mode)) {
      return Outcome::kDanglingLink;
    }
  }
  // What is known already is older, and so what counts; unless the path came to lie elsewhere since, because a folder
  // was moved or removed.
  for (std::uint32_t i = count_; i-- > 0;) {
    const Was was = records_[i].was;
    if (was == Was::kMoved || was == Was::kExchanged || was == Was::kFolder) break;
    if (std::strcmp(TextAt(records_[i].path), absolute) == 0) return Outcome::kDone;
  }
  const long error = Status(absolute, AT_SYMLINK_NOFOLLOW, &status);
  if (error == -ENOENT) return Note(Was::kAbsent, absolute);
  if (error < 0) return Outcome::kDone;  // nor can the program reach it
  if (S_ISREG(status.st_mode)) return Note(Was::kFile, absolute);
  if (S_ISDIR(status.st_mode)) return Note(Was::kFolder, absolute);
  if (S_ISLNK(status.st_mode)) return Note(Was::kLink, absolute);
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
    return KeepsNothing(status.st_rdev) ? Outcome::kDone : Outcome::kIsDevice;
  }
  return Outcome::kDone;  // a FIFO or a socket keeps nothing that outlives its users
}

FileUndo::Outcome FileUndo::PreserveMove(int from_folder, const char* from, int to_folder, const char* to,
                                         bool exchanges) {
  char absolute_from[kMaxPath];
  char absolute_to[kMaxPath];
  if (!MakeAbsolute(from_folder, from, absolute_from) || !MakeAbsolute(to_folder, to, absolute_to)) {
    return Outcome::kDone;
  }
  struct stat status;
  if (Status(absolute_from, AT_SYMLINK_NOFOLLOW, &status) != 0) return Outcome::kDone;
  if (!exchanges) {
    const Outcome outcome = Preserve(to_folder, to, false);
    if (outcome != Outcome::kDone) return outcome;
  }
  const Outcome outcome = Note(exchanges ? Was::kExchanged : Was::kMoved, absolute_to);
  if (outcome != Outcome::kDone) return outcome;
  Record& record = records_[count_ - 1];
  record.size = std::strlen(absolute_from) + 1;
  char* const room = Room(record.size);
  if (room == nullptr) {
    --count_;
    return Outcome::kTooLarge;
  }
  std::memcpy(room, absolute_from, record.size);
  record.contents = static_cast<std::uint64_t>(room - TextAt(0));
  return Outcome::kDone;
}

FileUndo::Outcome FileUndo::Note(Was was, const char* path) {
  if (count_ == kMaxRecords) return Outcome::kTooMany;
  Record& record = records_[count_];
  record = {};
  record.was = was;
  const std::size_t length = std::strlen(path) + 1;
  char* const room = Room(length);
  if (room == nullptr) return Outcome::kTooLarge;
  std::memcpy(room, path, length);
  record.path = static_cast<std::uint64_t>(room - TextAt(0));
  struct stat status;
  if (was != Was::kAbsent && Status(path, AT_SYMLINK_NOFOLLOW, &status) == 0) {
    record.mode = status.st_mode & 07777;
    record.times[0] = status.st_atim;
    record.times[1] = status.st_mtim;
  }
  if (was == Was::kFile) {
    const Outcome outcome = NoteFile(path, &record);
    if (outcome != Outcome::kDone) return outcome;
  } else if (was == Was::kLink) {
    char target[kMaxPath];
    if (!ReadLink(path, target, kMaxPath)) return Outcome::kUnreadable;
    record.size = std::strlen(target) + 1;
    char* const copy = Room(record.size);
    if (copy == nullptr) return Outcome::kTooLarge;
    std::memcpy(copy, target, record.size);
    record.contents = static_cast<std::uint64_t>(copy - TextAt(0));
  }
  ++count_;
  return Outcome::kDone;
}

FileUndo::Outcome FileUndo::NoteFile(const char* path, Record* record) {
  const long file = SystemCall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
  if (file < 0) return Outcome::kUnreadable;
  record->contents = text_size_;
  for (;;) {
    constexpr std::size_t kPiece = 1 << 20;
    char* const room = Room(kPiece);
    const long got = room != nullptr ? SystemCall(SYS_read, file, room, kPiece) : 0;
    if (room == nullptr || got < 0) {
      SystemCall(SYS_close, file);
      text_size_ = record->contents;
      return room == nullptr ? Outcome::kTooLarge : Outcome::kUnreadable;
    }
    text_size_ -= kPiece - static_cast<std::size_t>(got);
    if (got == 0) break;
  }
  SystemCall(SYS_close, file);
  record->size = text_size_ - record->contents;
  return Outcome::kDone;
}

bool FileUndo::UndoAll() {
  if (count_ == 0) return true;
  bool is_complete = true;
  while (count_ > 0) {
    is_complete &= Undo(records_[count_ - 1]);
    --count_;
  }
  if (text_size_ > kTextKept) {
    // Whole pages, so that the memory is the system's again.
    const std::uintptr_t begin = kFileUndoAddress + kFileUndoTextAt;
    const std::uint64_t size = (text_size_ + kPageSize - 1) & ~(kPageSize - 1);
    SystemCall(SYS_madvise, begin, size, MADV_REMOVE);
  }
  text_size_ = 0;
  return is_complete;
}

bool FileUndo::Undo(const Record& record) {
  const char* const path = TextAt(record.path);
  if (record.was == Was::kMoved || record.was == Was::kExchanged) {
    // Where the move itself failed there is nothing to take back.
    SystemCall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, TextAt(record.contents),
               record.was == Was::kExchanged ? RENAME_EXCHANGE : 0);
    return true;
  }
  struct stat now;
  const bool is_there = Status(path, AT_SYMLINK_NOFOLLOW, &now) == 0;
  if (record.was == Was::kFile && is_there && S_ISREG(now.st_mode)) return WriteBack(record, path);
  if (record.was == Was::kFolder && is_there && S_ISDIR(now.st_mode)) {
    return (now.st_mode & 07777) == record.mode || SystemCall(SYS_chmod, path, record.mode) == 0;
  }
  if (is_there) {
    const bool is_folder = S_ISDIR(now.st_mode);
    if (SystemCall(SYS_unlinkat, AT_FDCWD, path, is_folder ? AT_REMOVEDIR : 0) != 0) return false;
  }
  switch (record.was) {
    case Was::kFile:
      return WriteBack(record, path);
    case Was::kLink:
      return SystemCall(SYS_symlinkat, TextAt(record.contents), AT_FDCWD, path) == 0;
    case Was::kFolder:
      return SystemCall(SYS_mkdir, path, record.mode) == 0 && SystemCall(SYS_chmod, path, record.mode) == 0;
    default:
      return true;
  }
}

bool FileUndo::WriteBack(const Record& record, const char* path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
  long file = SystemCall(SYS_openat, AT_FDCWD, path, kFlags, 0600);
  if (file == -EACCES && SystemCall(SYS_chmod, path, 0600) == 0) {
    file = SystemCall(SYS_openat, AT_FDCWD, path, kFlags, 0600);
  }
  if (file < 0) return false;
  const char* const contents = TextAt(record.contents);
  std::uint64_t written = 0;
  while (written < record.size) {
    const long done = SystemCall(SYS_write, file, contents + written, record.size - written);
    if (done <= 0) break;
    written += static_cast<std::uint64_t>(done);
  }
  const bool has_mode = SystemCall(SYS_fchmod, file, record.mode) == 0;
  SystemCall(SYS_utimensat, file, 0, record.times, 0);
  SystemCall(SYS_close, file);
  return written == record.size && has_mode;
}

}  // namespace racecourse
