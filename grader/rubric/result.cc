#include "grader/rubric/result.h"

#include <array>
#include <cstddef>

namespace racecourse::grader {
namespace {

// In the order of the enumerators.
constexpr std::array<absl::string_view, 5> kVerdicts = {"pass", "fail", "skipped", "inconclusive", "grader_error"};
constexpr std::array<absl::string_view, 7> kStatuses = {"passed",   "failed",       "does_not_compile", "missing_files",
                                                        "rejected", "inconclusive", "grader_error"};

template <typename Enum, std::size_t n>
std::optional<Enum> Parse(const std::array<absl::string_view, n>& names, absl::string_view name) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

absl::string_view VerdictName(Verdict verdict) { return kVerdicts.at(static_cast<std::size_t>(verdict)); }
std::optional<Verdict> ParseVerdict(absl::string_view name) { return Parse<Verdict>(kVerdicts, name); }

absl::string_view SubmissionStatusName(SubmissionStatus status) {
  return kStatuses.at(static_cast<std::size_t>(status));
}
std::optional<SubmissionStatus> ParseSubmissionStatus(absl::string_view name) {
  return Parse<SubmissionStatus>(kStatuses, name);
}

}  // namespace racecourse::grader
