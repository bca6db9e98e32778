#include "grader/system/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::string> ReadWithFlags(const fs::path& path, std::uint64_t size_max, int flags) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
  if (descriptor < 0) {
    if (errno == ELOOP) return absl::FailedPreconditionError(absl::StrCat(path.string(), ": is a symbolic link"));
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path.string()));
  }
  std::string content;
  absl::Status status;
  struct stat info;
  if (fstat(descriptor, &info) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat("cannot examine ", path.string()));
  } else if (!S_ISREG(info.st_mode)) {
    status = absl::FailedPreconditionError(absl::StrCat(path.string(), ": is not a regular file"));
  }
  while (status.ok()) {
    char buffer[1 << 16];
    const ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) status = absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path.string()));
    if (count <= 0) break;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > size_max) {
      status = absl::OutOfRangeError(absl::StrCat(path.string(), ": is larger than ", size_max, " bytes"));
    }
  }
  close(descriptor);
  if (!status.ok()) return status;
  return content;
}

bool IsHidden(const fs::path& path) { return absl::StartsWith(path.filename().string(), "."); }

}  // namespace

absl::StatusOr<std::string> ReadFile(const fs::path& path, std::uint64_t size_max) {
  return ReadWithFlags(path, size_max, 0);
}

absl::StatusOr<std::string> ReadFileWithoutLinks(const fs::path& path, std::uint64_t size_max) {
  return ReadWithFlags(path, size_max, O_NOFOLLOW);
}

absl::Status WriteFileAtomically(const fs::path& path, absl::string_view content) {
  static std::atomic<std::uint64_t> next_number{0};
  const fs::path neighbour =
      path.parent_path() / absl::StrCat(".", path.filename().string(), ".", getpid(), ".", next_number++);
  const int descriptor = open(neighbour.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path.string()));
  absl::Status status;
  while (!content.empty() && status.ok()) {
    const ssize_t count = write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      status = absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path.string()));
    } else {
      content.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  if (close(descriptor) != 0 && status.ok()) {
    status = absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path.string()));
  }
  if (status.ok() && rename(neighbour.c_str(), path.c_str()) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path.string()));
  }
  if (!status.ok()) unlink(neighbour.c_str());
  return status;
}

absl::Status CreateDirectories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot create folder ", path.string()));
  return absl::OkStatus();
}

std::vector<fs::path> ListFiles(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (IsHidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> ListDirectories(const fs::path& directory) {
  std::vector<fs::path> directories;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (!IsHidden(entry->path()) && entry->is_directory(ignored)) directories.push_back(entry->path());
  }
  std::sort(directories.begin(), directories.end());
  return directories;
}

}  // namespace racecourse::grader
