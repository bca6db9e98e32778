#include "grader/executor/address_witness.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grader/executor/sanitizer_kind.h"
#include "grader/trace/finding_kind.h"

namespace racecourse::grader {
namespace {

// In what the engine says of it.
constexpr char kEndOfStack[] = "over the end of its stack";

// Innermost first: the first line that is the student's or the test's, of the stack that shows the error itself.
std::string PlaceOf(const Finding& finding) { return finding.stacks.empty() ? "" : PlaceOf(finding.stacks.front()); }

bool IsInSameThread(const Finding& finding, const Finding& report) {
  return !finding.stacks.empty() && !report.stacks.empty() &&
         finding.stacks.front().thread == report.stacks.front().thread;
}

bool IsAtSamePlace(const Finding& finding, const Finding& report) {
  return IsInSameThread(finding, report) && !PlaceOf(finding).empty() && PlaceOf(finding) == PlaceOf(report);
}

// An access to memory that is not to be accessed. Which kind it is depends on what lies around the memory, and the
// layouts differ: what is past the end of a block here may be in one that was given back there, and the other way
// round.
bool IsBadAccess(const std::string& kind) {
  return kind == "use_after_free" || kind == "heap_overflow" || kind == "crash";
}

bool IsBadAccessInItsWords(const std::string& kind) {
  return IsBadAccess(KindOfReport(kind)) || IsOverflowOfVariable(kind) || kind == "unknown-crash";
}

// The frame that no longer fits is another one where frames have other sizes.
bool IsOverflowOfStack(const Finding& finding, const Finding& report) {
  return finding.kind == "crash" && absl::StrContains(finding.message, kEndOfStack) &&
         report.kind == "stack-overflow" && IsInSameThread(finding, report);
}

// Where `stack` says that something was done, or where something was done that this called.
bool PassesThrough(const Stack& stack, const std::string& place) {
  return std::ranges::any_of(stack.frames, [&](const Frame& frame) { return PlaceOf(frame) == place; });
}

// Both use what was given back at the same place: of all that is done with it, each names what it was looking at first.
bool IsOfSameBlock(const Finding& finding, const Finding& report) {
  if (finding.kind != "use_after_free" || report.kind != "heap-use-after-free" || finding.stacks.size() < 2 ||
      report.stacks.size() < 2) {
    return false;
  }
  const Stack& given_back = finding.stacks[1];
  const Stack& freed = report.stacks[1];
  return IsInSameThread(finding, report) && freed.role == "freed" && freed.thread == given_back.thread &&
         !PlaceOf(given_back).empty() && PassesThrough(freed, PlaceOf(given_back));
}

// How it says so: half a sentence behind its name; empty if it is not this error.
std::string Agreement(const Finding& finding, const Finding& report) {
  const std::string this_error = absl::StrCat("reports this ", kAddressWitness.subject(finding), " too");
  if (KindOfReport(report.kind) == finding.kind && !PlaceOf(finding).empty() && PlaceOf(finding) == PlaceOf(report)) {
    return this_error;
  }
  if (IsOverflowOfStack(finding, report)) return this_error;
  if (IsBadAccess(finding.kind) && IsBadAccessInItsWords(report.kind) && IsAtSamePlace(finding, report)) {
    return absl::StrCat("reports an error in this line too, which it calls ", report.kind);
  }
  if (IsOfSameBlock(finding, report)) {
    return absl::StrCat("reports a use of the same memory after it was given back too, at ", PlaceOf(report));
  }
  return "";
}

std::string Others(const TraceWitness& run, const Finding& report) {
  const std::string what =
      absl::StrCat(report.kind, report.message.empty() ? "" : absl::StrCat(" (", report.message, ")"));
  return run.following == "reported"
             ? absl::StrCat("Under the same schedule ", kNameOfAll, " report another error, which ends the run: ", what)
             : absl::StrCat("Under the same schedule ", kNameOfAll, " report something else: ", what);
}

absl::StatusOr<Witness> Judge(const WitnessStand&, const TraceWitness& run, const Finding& finding,
                              const std::vector<Finding>& reports) {
  const Finding* same = nullptr;
  std::string agreement;
  for (const Finding& report : reports) {
    agreement = Agreement(finding, report);
    if (agreement.empty()) continue;
    same = &report;
    break;
  }
  return WitnessOf(kAddressWitness, run, finding, same,
                   absl::StrCat(kAddressWitness.name(finding), " ", agreement,
                                ", on threads of the operating system under the same schedule."),
                   reports, reports.empty() ? "" : Others(run, reports.front()));
}

bool IsAboutMemory(const Finding& finding) {
  static constexpr const char* kKinds[] = {"use_after_free", "heap_overflow", "double_free", "leak", "crash"};
  return std::ranges::count(kKinds, finding.kind) > 0;
}

}  // namespace

const SanitizerWitness kAddressWitness = {
    .executor = kAddressSanitizer,
    .is_of_its_kind = IsAboutMemory,
    .name = [](const Finding& finding) { return SanitizerOf(finding.kind); },
    .subject = [](const Finding& finding) { return std::string(FindingKindTitle(finding.kind)); },
    .judge = Judge,
    .why_blind = [](const TraceWitness&, const Finding&) { return std::string(); },
};

}  // namespace racecourse::grader
