#ifndef RACECOURSE_GRADER_SYSTEM_FILE_LOCK_H_
#define RACECOURSE_GRADER_SYSTEM_FILE_LOCK_H_

#include <filesystem>
#include <utility>

#include "absl/status/statusor.h"

namespace racecourse::grader {

// An exclusive advisory lock on a file, held until the owner goes away or the process dies. It excludes other threads
// of this process too, because each FileLock opens the file anew. Moved, never copied.
class FileLock {
 public:
  // Waits until the lock is free.
  static absl::StatusOr<FileLock> Acquire(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_FILE_LOCK_H_
