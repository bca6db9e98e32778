#include "framework/execution/shared_mappings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "framework/core/text.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/processes.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kUnit = std::size_t{1} << kShadowPageBits;
constexpr char kFolder[] = "/dev/shm/";

std::uint32_t PagesOf(std::size_t size) { return static_cast<std::uint32_t>((size + kUnit - 1) / kUnit); }

void ForgetShadow(const SharedMapping& mapping) {
  for (std::uint32_t i = 0; i < PagesOf(mapping.size); ++i) {
    TheExecution().shadow.ForgetPage(mapping.begin + i * kUnit);
  }
}

void WritePrefix(Text& text, std::int32_t process) { text << "racecourse." << process << '.'; }

}  // namespace

long MapShared(std::size_t size, int protection, int flags, int descriptor, std::int64_t offset, bool is_once) {
  Execution& execution = TheExecution();
  SharedMappings& mappings = execution.mappings;
  if (size == 0) return -EINVAL;
  if ((flags & MAP_FIXED) != 0) ReportEscape("mmap of shared memory at a given address");
  struct stat status = {};
  const bool is_anonymous = (flags & MAP_ANONYMOUS) != 0;
  if (!is_anonymous) {
    const long result = SystemCall(SYS_fstat, descriptor, &status);
    if (result < 0) return result;
  }
  std::uint32_t at = 0;
  for (; at < mappings.count; ++at) {
    const SharedMapping& other = mappings.all[at];
    if (is_anonymous || other.device != status.st_dev || other.inode != status.st_ino) continue;
    if (other.offset != offset || PagesOf(other.size) < PagesOf(size)) {
      ReportUncontrolled("a file is mapped more than once, with other bounds");
    }
    if (execution.has_mapped[at] && is_once) return static_cast<long>(other.begin);
    if (execution.has_mapped[at]) ReportUncontrolled("a process maps the same shared memory twice");
    break;
  }
  if (at == mappings.count) {
    const std::uintptr_t begin = kSharedMappingAddress + std::uintptr_t{mappings.page_count} * kUnit;
    if (at == SharedMappings::kMax || begin + size + kUnit > kSharedMappingAddress + kSharedMappingSize) {
      ReportUncontrolled("the program maps more shared memory than can be watched");
    }
    mappings.all[at] = {begin, size, status.st_dev, status.st_ino, offset, mappings.page_count};
    ++mappings.count;
    mappings.page_count += PagesOf(size) + 1;  // a gap, so that running over the end is a fault
  }
  const SharedMapping& mapping = mappings.all[at];
  const long result =
      SystemCall(SYS_mmap, mapping.begin, size, protection, flags | MAP_FIXED_NOREPLACE, descriptor, offset);
  if (result < 0) return result;
  execution.has_mapped[at] = true;
  for (std::uint32_t i = 0; i < PagesOf(size); ++i) {
    if (!execution.shadow.ShareCells(mapping.begin + i * kUnit, mapping.first_page + i)) {
      ReportUncontrolled("the program maps more shared memory than can be watched");
    }
  }
  return result;
}

bool UnmapShared(std::uintptr_t address) {
  Execution& execution = TheExecution();
  for (std::uint32_t i = 0; i < execution.mappings.count; ++i) {
    const SharedMapping& mapping = execution.mappings.all[i];
    if (!execution.has_mapped[i] || mapping.begin != address) continue;
    SystemCall(SYS_munmap, mapping.begin, mapping.size);
    ForgetShadow(mapping);
    execution.has_mapped[i] = false;
    return true;
  }
  return false;
}

bool IsInSharedMapping(std::uintptr_t address) { return address - kSharedMappingAddress < kSharedMappingSize; }

bool HasMapped(std::uintptr_t address) {
  const Execution& execution = TheExecution();
  for (std::uint32_t i = 0; i < execution.mappings.count; ++i) {
    const SharedMapping& mapping = execution.mappings.all[i];
    if (execution.has_mapped[i] && address - mapping.begin < mapping.size) return true;
  }
  return false;
}

void ForgetSharedMappings() {
  Execution& execution = TheExecution();
  for (std::uint32_t i = 0; i < execution.mappings.count; ++i) {
    const SharedMapping& mapping = execution.mappings.all[i];
    if (execution.has_mapped[i]) UnmapShared(mapping.begin);
  }
  execution.mappings.count = execution.mappings.page_count = 0;
}

bool SharedMemoryPath(const char* name, const char* kind, char* path, std::size_t size) {
  while (*name == '/') ++name;
  if (*name == '\0' || std::strchr(name, '/') != nullptr || std::strlen(name) > 200) return false;
  Text text(path, size);
  text << kFolder;
  WritePrefix(text, ProcessAt(kRootProcess).real_pid);
  text << kind << name;
  return true;
}

void RemoveSharedMemoryOf(std::int32_t process) {
  char prefix[64];
  Text text(prefix);
  WritePrefix(text, process);
  const long folder = SystemCall(SYS_open, kFolder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0) return;
  alignas(8) char buffer[4096];
  for (long size; (size = SystemCall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0;) {
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      at += entry->d_reclen;
      if (std::strncmp(entry->d_name, prefix, std::strlen(prefix)) != 0) continue;
      char path[320];
      Text(path) << kFolder << entry->d_name;
      SystemCall(SYS_unlink, path);
    }
  }
  SystemCall(SYS_close, folder);
}

}  // namespace racecourse
