#include "grader/executor/address_witness.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grader/executor/sanitizer_kind.h"
#include "grader/trace/finding_kind.h"

namespace racecourse::grader {
namespace {

// Innermost first: the first line that is the student's or the test's, of the stack that shows the error itself.
std::string PlaceOf(const Finding& finding) { return finding.stacks.empty() ? "" : PlaceOf(finding.stacks.front()); }

bool IsSame(const Finding& finding, const Finding& report) {
  return KindOfReport(report.kind) == finding.kind && !PlaceOf(finding).empty() && PlaceOf(finding) == PlaceOf(report);
}

absl::StatusOr<Witness> Judge(const WitnessStand&, const TraceWitness& run, const Finding& finding,
                              const std::vector<Finding>& reports) {
  const auto same = std::ranges::find_if(reports, [&](const Finding& report) { return IsSame(finding, report); });
  std::string others;
  if (!reports.empty()) {
    others = absl::StrCat("Under the same schedule ", kNameOfAll, " report something else: ", reports.front().kind,
                          reports.front().message.empty() ? "" : absl::StrCat(" (", reports.front().message, ")"));
  }
  return WitnessOf(kAddressWitness, run, finding, same == reports.end() ? nullptr : &*same,
                   absl::StrCat(kAddressWitness.name(finding), " reports this ", kAddressWitness.subject(finding),
                                " too, on threads of the operating system under the same schedule."),
                   reports, others);
}

bool IsAskedAbout(const Finding& finding) {
  static constexpr const char* kKinds[] = {"use_after_free", "heap_overflow", "double_free", "leak", "crash"};
  return !finding.itinerary.empty() && std::ranges::count(kKinds, finding.kind) > 0;
}

}  // namespace

const SanitizerWitness kAddressWitness = {
    .executor = kAddressSanitizer,
    .is_asked_about = IsAskedAbout,
    .name = [](const Finding& finding) { return SanitizerOf(finding.kind); },
    .subject = [](const Finding& finding) { return std::string(FindingKindTitle(finding.kind)); },
    .judge = Judge,
};

}  // namespace racecourse::grader
