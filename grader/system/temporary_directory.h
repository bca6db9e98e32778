#ifndef RACECOURSE_GRADER_SYSTEM_TEMPORARY_DIRECTORY_H_
#define RACECOURSE_GRADER_SYSTEM_TEMPORARY_DIRECTORY_H_

#include <filesystem>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace racecourse::grader {

// A directory that only we can enter, removed with all it holds when its owner goes away. Moved, never copied.
class TemporaryDirectory {
 public:
  static absl::StatusOr<TemporaryDirectory> Create(absl::string_view purpose);

  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  void Remove();

  std::filesystem::path path_;  // empty once moved from
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_TEMPORARY_DIRECTORY_H_
