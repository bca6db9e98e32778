#include "grader/executor/address_witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grader/executor/sanitizer_kind.h"
#include "grader/system/status_macros.h"
#include "grader/trace/finding_kind.h"

namespace racecourse::grader {
namespace {

using Verdict = Witness::Verdict;

// Innermost first: the first line that is the student's or the test's, of the stack that shows the error itself.
std::string PlaceOf(const Finding& finding) { return finding.stacks.empty() ? "" : PlaceOf(finding.stacks.front()); }

bool IsSame(const Finding& finding, const Finding& report) {
  return KindOfReport(report.kind) == finding.kind && !PlaceOf(finding).empty() && PlaceOf(finding) == PlaceOf(report);
}

Witness Judge(const TraceWitness& trace, const Finding& finding, const std::vector<Finding>& reports) {
  const absl::string_view title = FindingKindTitle(finding.kind);
  const std::string name = SanitizerOf(finding.kind);
  Witness witness;
  witness.executor = kAddressSanitizer;
  const auto same = std::ranges::find_if(reports, [&](const Finding& report) { return IsSame(finding, report); });
  if (trace.following == "tampered") {
    witness.message = absl::StrCat(name, " says nothing about this ", title, ": ", WhyNotFollowed(trace), ".");
  } else if (same != reports.end()) {
    witness.verdict = Verdict::kConfirms;
    witness.message = absl::StrCat(name, " reports this ", title,
                                   " too, on threads of the operating system under the same schedule.");
    witness.stacks = same->stacks;
  } else if (!reports.empty()) {
    witness.verdict = Verdict::kDiffers;
    witness.message =
        absl::StrCat("Under the same schedule ", kNameOfAll, " report something else: ", reports.front().kind,
                     reports.front().message.empty() ? "" : absl::StrCat(" (", reports.front().message, ")"));
    witness.stacks = reports.front().stacks;
  } else if (trace.following == "followed") {
    witness.verdict = Verdict::kSilent;
    witness.message = absl::StrCat(name, " followed the same schedule to its end and reports nothing.");
  } else {
    witness.message = absl::StrCat(name, " says nothing about this ", title, ": ", WhyNotFollowed(trace), ".");
  }
  return witness;
}

Witness Absent(const Finding& finding, const absl::Status& why) {
  Witness witness;
  witness.executor = kAddressSanitizer;
  witness.message = absl::StrCat(SanitizerOf(finding.kind), " says nothing about this ", FindingKindTitle(finding.kind),
                                 ": ", why.message(), ".");
  return witness;
}

absl::Status Ask(const WitnessStand& stand, Finding& finding) {
  ASSIGN_OR_RETURN(const std::vector<TraceWitness> said, Follow(stand, finding.test, {finding.itinerary}));
  if (said.empty()) return absl::NotFoundError("the program wrote no record of it");
  ASSIGN_OR_RETURN(const std::vector<Finding> reports, ResolveReports(stand, said.front()));
  finding.witnesses.push_back(Judge(said.front(), finding, reports));
  return absl::OkStatus();
}

}  // namespace

bool IsForAddressSanitizer(const Finding& finding) {
  static constexpr const char* kKinds[] = {"use_after_free", "heap_overflow", "double_free", "leak", "crash"};
  return !finding.itinerary.empty() && std::ranges::count(kKinds, finding.kind) > 0;
}

void NoteNoAddressSanitizer(const absl::Status& why, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (IsForAddressSanitizer(finding)) finding.witnesses.push_back(Absent(finding, why));
  }
}

absl::Status AskAddressSanitizer(const WitnessStand& stand, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (!IsForAddressSanitizer(finding)) continue;
    const absl::Status status = Ask(stand, finding);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok()) finding.witnesses.push_back(Absent(finding, status));
  }
  return absl::OkStatus();
}

}  // namespace racecourse::grader
