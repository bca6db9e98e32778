#ifndef RACECOURSE_GRADER_COMPILE_BUILD_CACHE_H_
#define RACECOURSE_GRADER_COMPILE_BUILD_CACHE_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace racecourse::grader {

// Files that are known by all that went into them. Any number of graders may share one cache: an entry appears whole or
// not at all, and two that want the same one build it once. A value type; all methods are thread-safe.
class BuildCache {
 public:
  // $RACECOURSE_CACHE, else $XDG_CACHE_HOME/racecourse, else ~/.cache/racecourse.
  static absl::StatusOr<BuildCache> Open();
  explicit BuildCache(std::filesystem::path root) : root_(std::move(root)) {}

  // Writes the entry into the given file, which does not exist yet. An error is passed on and nothing is kept.
  using Build = std::function<absl::Status(const std::filesystem::path& output)>;
  // Whether an entry that exists can still be used; when not, it is built again.
  using IsCurrent = std::function<bool(const std::filesystem::path& entry)>;

  // The entry `key` (a fingerprint) with the ending `extension`, built if need be.
  absl::StatusOr<std::filesystem::path> Get(const std::string& key, absl::string_view extension, const Build& build,
                                            const IsCurrent& is_current = nullptr) const;

  // Removes what was not used for longest until the cache holds at most `bytes_max`.
  void Trim(std::uint64_t bytes_max) const;

  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_BUILD_CACHE_H_
