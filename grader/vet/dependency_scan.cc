#include "grader/vet/dependency_scan.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace racecourse::grader {
namespace {

bool IsBelow(const std::filesystem::path& file, const std::filesystem::path& root) {
  return absl::StartsWith(file.string(), absl::StrCat(root.string(), "/"));
}

}  // namespace

std::optional<Misuse> ScanDependencies(const std::vector<std::string>& files_read,
                                       const std::vector<std::filesystem::path>& roots) {
  for (const std::string& name : files_read) {
    const std::filesystem::path file = std::filesystem::path(name).lexically_normal();
    const bool is_inside = file.is_relative()
                               ? !absl::StartsWith(file.string(), "..")
                               : std::ranges::any_of(roots, [&](const auto& root) { return IsBelow(file, root); });
    if (!is_inside) {
      return Misuse{.file = "",
                    .line = 0,
                    .message = absl::StrCat("The submission includes ", name,
                                            "; only its own files and the standard headers can be included.")};
    }
  }
  return std::nullopt;
}

}  // namespace racecourse::grader
