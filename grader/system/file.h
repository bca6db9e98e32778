// The grader's door to the file system: whole files in, whole files out.
#ifndef RACECOURSE_GRADER_SYSTEM_FILE_H_
#define RACECOURSE_GRADER_SYSTEM_FILE_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace racecourse::grader {

inline constexpr std::uint64_t kNoSizeLimit = ~std::uint64_t{0};

// Reads a regular file. Fails when it is anything else (a device never ends) or larger than `size_max`.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path, std::uint64_t size_max = kNoSizeLimit);

// Reads a regular file that must not be reached through a symbolic link in its last component.
absl::StatusOr<std::string> ReadFileWithoutLinks(const std::filesystem::path& path, std::uint64_t size_max);

// Writes a neighbour and renames it over `path`: a reader sees the old content or the new one, never half of it.
absl::Status WriteFileAtomically(const std::filesystem::path& path, absl::string_view content);

// Creates a directory and its parents.
absl::Status CreateDirectories(const std::filesystem::path& path);

// Regular files below `directory`, sorted, hidden ones left out; none when it does not exist.
std::vector<std::filesystem::path> ListFiles(const std::filesystem::path& directory);

// Directories directly in `directory`, sorted, hidden ones left out.
std::vector<std::filesystem::path> ListDirectories(const std::filesystem::path& directory);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_FILE_H_
