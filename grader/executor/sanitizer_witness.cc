#include "grader/executor/sanitizer_witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

using Verdict = Witness::Verdict;

std::string SaysNothing(const SanitizerWitness& sanitizer, const Finding& finding, absl::string_view why) {
  return absl::StrCat(sanitizer.name(finding), " says nothing about this ", sanitizer.subject(finding), ": ", why, ".");
}

Witness Absent(const SanitizerWitness& sanitizer, const Finding& finding, const absl::Status& why) {
  Witness witness;
  witness.executor = sanitizer.executor;
  witness.message = SaysNothing(sanitizer, finding, why.message());
  return witness;
}

absl::Status Ask(const SanitizerWitness& sanitizer, const WitnessStand& stand, Finding& finding) {
  ASSIGN_OR_RETURN(const std::vector<TraceWitness> said, Follow(stand, finding.test, {finding.itinerary}));
  if (said.empty()) return absl::NotFoundError("the program wrote no record of it");
  ASSIGN_OR_RETURN(const std::vector<Finding> reports, ResolveReports(stand, said.front()));
  ASSIGN_OR_RETURN(Witness witness, sanitizer.judge(stand, said.front(), finding, reports));
  finding.witnesses.push_back(std::move(witness));
  return absl::OkStatus();
}

}  // namespace

bool IsAskedAbout(const SanitizerWitness& sanitizer, const Finding& finding) {
  return sanitizer.is_of_its_kind(finding) && !finding.itinerary.empty();
}

bool IsAskedAboutAny(const SanitizerWitness& sanitizer, const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings, [&](const Finding& finding) { return IsAskedAbout(sanitizer, finding); });
}

void NoteAbsence(const SanitizerWitness& sanitizer, const absl::Status& why, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (IsAskedAbout(sanitizer, finding)) finding.witnesses.push_back(Absent(sanitizer, finding, why));
  }
}

absl::Status AskAboutFindings(const SanitizerWitness& sanitizer, const WitnessStand& stand,
                              std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (!IsAskedAbout(sanitizer, finding)) continue;
    const absl::Status status = Ask(sanitizer, stand, finding);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok()) finding.witnesses.push_back(Absent(sanitizer, finding, status));
  }
  return absl::OkStatus();
}

Witness WitnessOf(const SanitizerWitness& sanitizer, const TraceWitness& run, const Finding& finding,
                  const Finding* confirming, const std::string& confirmation, const std::vector<Finding>& reports,
                  const std::string& others) {
  Witness witness;
  witness.executor = sanitizer.executor;
  if (run.following == "tampered") {
    witness.message = SaysNothing(sanitizer, finding, WhyNotFollowed(run));
  } else if (confirming != nullptr) {
    witness.verdict = Verdict::kConfirms;
    witness.message = confirmation;
    witness.stacks = confirming->stacks;
  } else if (!reports.empty()) {
    witness.verdict = Verdict::kDiffers;
    witness.message = others;
    witness.stacks = reports.front().stacks;
  } else if (const std::string why = sanitizer.why_blind(run, finding); run.following == "followed" && !why.empty()) {
    witness.message = SaysNothing(sanitizer, finding, why);
  } else if (run.following == "followed") {
    witness.verdict = Verdict::kSilent;
    witness.message =
        absl::StrCat(sanitizer.name(finding), " followed the same schedule to its end and reports nothing.");
  } else {
    witness.message = SaysNothing(sanitizer, finding, WhyNotFollowed(run));
  }
  return witness;
}

}  // namespace racecourse::grader
