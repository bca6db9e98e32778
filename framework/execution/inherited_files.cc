#include "framework/execution/inherited_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "framework/execution/system_call.h"

namespace racecourse {

int InheritedFiles::HighestNumber() {
  rlimit limit = {};
  SystemCall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
  return limit.rlim_cur > kNumbersMax ? kNumbersMax : static_cast<int>(limit.rlim_cur);
}

int InheritedFiles::FirstOfEngine() {
  const int first = HighestNumber() - kMaxInherited - 8 - kEngineDescriptors;
  return first > kNumbersLooked ? first : -1;
}

void InheritedFiles::Save() {
  if (HasSaved()) SystemCall(SYS_close_range, reserved_begin_ + kEngineDescriptors, reserved_end_ - 1, 0);
  count_ = 0;
  has_offsets_ = has_changed_ = false;
  const int highest = HighestNumber();
  for (int descriptor = 0; descriptor < highest; ++descriptor) {
    const bool is_open = SystemCall(SYS_fcntl, descriptor, F_GETFD, 0) >= 0;
    const std::uint64_t bit = std::uint64_t{1} << descriptor % 64;
    if (is_open) was_open_[descriptor / 64] |= bit;
    if (!is_open) was_open_[descriptor / 64] &= ~bit;
  }
  if (FirstOfEngine() < 0) return;  // no room for copies: then nothing can be brought back
  const int begin = FirstOfEngine() + kEngineDescriptors;
  for (int descriptor = 0; descriptor < kNumbersLooked && count_ < kMaxInherited; ++descriptor) {
    const long flags = SystemCall(SYS_fcntl, descriptor, F_GETFD, 0);
    if (flags < 0) continue;
    const long copy = SystemCall(SYS_fcntl, descriptor, F_DUPFD_CLOEXEC, begin);
    if (copy < 0) continue;
    Inherited& entry = inherited_[count_++];
    entry.descriptor = descriptor;
    entry.copy = static_cast<int>(copy);
    entry.closes_on_exec = (flags & FD_CLOEXEC) != 0;
    entry.status_flags = static_cast<int>(SystemCall(SYS_fcntl, descriptor, F_GETFL, 0));
    struct stat status = {};
    SystemCall(SYS_fstat, descriptor, &status);
    entry.device = status.st_dev;
    entry.inode = status.st_ino;
    // What is written there goes on after what was written before.
    entry.has_offset = (entry.status_flags & O_ACCMODE) == O_RDONLY && S_ISREG(status.st_mode);
    if (entry.has_offset) {
      entry.offset = SystemCall(SYS_lseek, descriptor, 0, SEEK_CUR);
      has_offsets_ = true;
    }
  }
  long folder = SystemCall(SYS_openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder >= 0) {
    const long moved = SystemCall(SYS_fcntl, folder, F_DUPFD_CLOEXEC, begin);
    SystemCall(SYS_close, folder);
    folder_ = static_cast<int>(moved);
  }
  mode_mask_ = static_cast<mode_t>(SystemCall(SYS_umask, 0));
  SystemCall(SYS_umask, mode_mask_);
  reserved_begin_ = FirstOfEngine();
  reserved_end_ = highest;
}

bool InheritedFiles::IsInherited(std::uint64_t device, std::uint64_t inode) const {
  for (int i = 0; i < count_; ++i) {
    if (inherited_[i].device == device && inherited_[i].inode == inode) return true;
  }
  return false;
}

void InheritedFiles::Unlock() {
  for (int i = 0; i < count_; ++i) {
    SystemCall(SYS_flock, inherited_[i].copy, LOCK_UN);
    struct flock all = {};
    all.l_type = F_UNLCK;
    SystemCall(SYS_fcntl, inherited_[i].copy, F_SETLK, &all);
    SystemCall(SYS_fcntl, inherited_[i].copy, F_OFD_SETLK, &all);
  }
}

void InheritedFiles::RestoreAll() {
  has_changed_ = false;
  if (!HasSaved()) return;
  int next = 0;
  for (int i = 0; i < count_; ++i) {
    const Inherited& entry = inherited_[i];
    if (entry.descriptor > next) SystemCall(SYS_close_range, next, entry.descriptor - 1, 0);
    SystemCall(SYS_dup3, entry.copy, entry.descriptor, entry.closes_on_exec ? O_CLOEXEC : 0);
    SystemCall(SYS_fcntl, entry.descriptor, F_SETFL, entry.status_flags);
    next = entry.descriptor + 1;
  }
  SystemCall(SYS_close_range, next, reserved_begin_ - 1, 0);
  if (folder_ >= 0) SystemCall(SYS_fchdir, folder_);
  SystemCall(SYS_umask, mode_mask_);
}

void InheritedFiles::RestoreOffsets() {
  for (int i = 0; i < count_; ++i) {
    const Inherited& entry = inherited_[i];
    if (entry.has_offset) SystemCall(SYS_lseek, entry.descriptor, entry.offset, SEEK_SET);
  }
}

}  // namespace racecourse
