#include "grader/compile/build_cache.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grader/system/file.h"
#include "grader/system/file_lock.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

// Its time of use is its modification time, which nothing else needs.
void MarkAsUsed(const fs::path& entry) {
  std::error_code ignored;
  fs::last_write_time(entry, fs::file_time_type::clock::now(), ignored);
}

}  // namespace

absl::StatusOr<BuildCache> BuildCache::Open() {
  auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  fs::path root;
  if (const std::string chosen = variable("RACECOURSE_CACHE"); !chosen.empty()) {
    root = chosen;
  } else if (const std::string caches = variable("XDG_CACHE_HOME"); !caches.empty()) {
    root = fs::path(caches) / "racecourse";
  } else if (const std::string home = variable("HOME"); !home.empty()) {
    root = fs::path(home) / ".cache" / "racecourse";
  } else {
    return absl::InternalError("nowhere to keep what is built: set RACECOURSE_CACHE to a folder");
  }
  root = fs::absolute(root);
  RETURN_IF_ERROR(CreateDirectories(root));
  return BuildCache(root);
}

absl::StatusOr<fs::path> BuildCache::Get(const std::string& key, absl::string_view extension, const Build& build,
                                         const IsCurrent& is_current) const {
  static std::atomic<std::uint64_t> next_number{0};
  const fs::path folder = root_ / key.substr(0, 2);
  const fs::path entry = folder / absl::StrCat(key, extension);
  auto is_usable = [&] {
    std::error_code ignored;
    return fs::is_regular_file(entry, ignored) && (!is_current || is_current(entry));
  };
  if (!is_usable()) {
    RETURN_IF_ERROR(CreateDirectories(folder));
    ASSIGN_OR_RETURN([[maybe_unused]] const FileLock lock, FileLock::Acquire(folder / absl::StrCat(key, ".lock")));
    if (!is_usable()) {
      const fs::path unfinished = folder / absl::StrCat(".", key, ".", getpid(), ".", next_number++, extension);
      const absl::Status built = build(unfinished);
      if (!built.ok()) {
        unlink(unfinished.c_str());
        return built;
      }
      if (rename(unfinished.c_str(), entry.c_str()) != 0) {
        return absl::ErrnoToStatus(errno, absl::StrCat("cannot keep ", entry.string()));
      }
    }
  }
  MarkAsUsed(entry);
  return entry;
}

void BuildCache::Trim(std::uint64_t bytes_max) const {
  struct Entry {
    fs::path path;
    fs::file_time_type used;
    std::uint64_t bytes;
  };
  std::vector<Entry> entries;
  std::uint64_t bytes = 0;
  for (const fs::path& path : ListFiles(root_)) {
    std::error_code error;
    const fs::file_time_type used = fs::last_write_time(path, error);
    const std::uint64_t size = error ? 0 : fs::file_size(path, error);
    // A lock must outlive those who wait for it; it is empty, so leaving it costs nothing.
    if (error || path.extension() == ".lock") continue;
    entries.push_back({path, used, size});
    bytes += size;
  }
  std::ranges::sort(entries, {}, &Entry::used);
  for (const Entry& entry : entries) {
    if (bytes <= bytes_max) break;
    std::error_code ignored;
    if (fs::remove(entry.path, ignored)) bytes -= entry.bytes;
  }
}

}  // namespace racecourse::grader
