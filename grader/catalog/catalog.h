#ifndef RACECOURSE_GRADER_CATALOG_CATALOG_H_
#define RACECOURSE_GRADER_CATALOG_CATALOG_H_

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grader/catalog/exercise.h"

namespace racecourse::grader {

// All exercises of a course. Immutable once loaded.
class Catalog {
 public:
  // Reads exercises/<family>/<nn-slug>/exercise.toml below `root`; solutions are expected at the same place below
  // solutions/. One broken exercise.toml makes all of it an error, because ids must be unique among all.
  static absl::StatusOr<Catalog> Load(const std::filesystem::path& root);

  // By id or by number, in any case. An unknown name is an error that suggests the nearest id.
  absl::StatusOr<const Exercise*> Find(absl::string_view name) const;

  // The one exercise whose files are all in `directory`.
  absl::StatusOr<const Exercise*> Guess(const std::filesystem::path& directory) const;

  // By family (processes, threads, coroutines), then in the order of their numbers.
  const std::vector<Exercise>& exercises() const { return exercises_; }

 private:
  std::vector<Exercise> exercises_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CATALOG_CATALOG_H_
