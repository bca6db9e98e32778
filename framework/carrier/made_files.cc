#include "framework/carrier/made_files.h"

#include <fcntl.h>
#include <limits.h>

#include <cstring>

#include "framework/execution/system_call.h"

namespace racecourse {

void MadeFiles::Add(const char* path) {
  char absolute[2 * PATH_MAX];
  std::size_t length = 0;
  if (path[0] != '/') {
    const long folder = SystemCall(SYS_getcwd, absolute, PATH_MAX);
    if (folder <= 0) return;
    length = static_cast<std::size_t>(folder) - 1;  // with its end
    absolute[length++] = '/';
  }
  const std::size_t size = std::strlen(path) + 1;
  if (size > PATH_MAX) return;
  std::memcpy(absolute + length, path, size);
  const auto bytes = static_cast<std::uint32_t>(length + size);
  const std::uint32_t at = __atomic_fetch_add(&used_, bytes, __ATOMIC_RELAXED);
  if (at + bytes <= kBytes) std::memcpy(names_ + at, absolute, bytes);
}

void MadeFiles::Remove() {
  std::uint32_t end = used_ < kBytes ? used_ : kBytes;
  while (end > 0) {
    std::uint32_t begin = end - 1;  // the end of the last name
    while (begin > 0 && names_[begin - 1] != '\0') --begin;
    if (names_[begin] == '/' && SystemCall(SYS_unlink, names_ + begin) < 0) SystemCall(SYS_rmdir, names_ + begin);
    end = begin;
  }
}

}  // namespace racecourse
