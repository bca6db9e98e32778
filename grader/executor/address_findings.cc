#include "grader/executor/address_findings.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "grader/executor/address_witness.h"
#include "grader/executor/sanitizer_kind.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

constexpr char kUndefinedBehaviourSanitizer[] = "undefined-behaviour-sanitizer";

// A null pointer that is handed on with a length of 0, and a sign bit that is shifted in: next to everybody does it,
// and one standard or the other allows it.
bool IsMatterOfTaste(const std::string& message) {
  static constexpr const char* kTexts[] = {"null pointer passed as argument", "null pointer returned from function",
                                           "applying zero offset to null pointer", "left shift of "};
  return std::ranges::any_of(kTexts, [&](const char* text) { return absl::StrContains(message, text); });
}

bool IsOnStack(const std::string& kind) { return absl::StrContains(kind, "stack-"); }

// Left out is what is not an error of the program for sure: leaks, because they do not look for pointers in memory from
// mmap; crashes and the end of a stack, because the program needs more of everything there; what depends on libraries'
// being compiled for them too; and all about the stack where the program switches stacks, which they may confuse.
bool IsDefinite(const Finding& report, bool has_fibers) {
  static constexpr const char* kKinds[] = {
      "heap-use-after-free", "heap-buffer-overflow", "double-free",          "stack-use-after-return", "bad-free",
      "negative-size-param", "memcpy-param-overlap", "stack-use-after-scope"};
  if (has_fibers && IsOnStack(report.kind)) return false;
  if (report.kind == "undefined-behavior") return !IsMatterOfTaste(report.message);
  return IsOverflowOfVariable(report.kind) || std::ranges::count(kKinds, report.kind) > 0;
}

bool IsStudents(const Finding& report) {
  return !report.stacks.empty() &&
         std::ranges::count(report.stacks.front().frames, Origin::kStudent, &Frame::origin) > 0;
}

std::string NameOf(const Finding& report) { return absl::StrCat(report.kind, " at ", PlaceOf(report.stacks.front())); }

// The program is known to follow; whatever comes after a divergence is another execution.
bool IsBelieved(const TraceWitness& run) { return run.following == "followed" || run.following == "reported"; }

absl::StatusOr<std::vector<Finding>> ErrorsOf(const WitnessStand& stand, const TraceWitness& run) {
  if (!IsBelieved(run)) return std::vector<Finding>();
  ASSIGN_OR_RETURN(std::vector<Finding> reports, ResolveReports(stand, run));
  std::erase_if(reports,
                [&](const Finding& report) { return !IsStudents(report) || !IsDefinite(report, run.has_fibers); });
  return reports;
}

absl::StatusOr<bool> IsReportedAgain(const WitnessStand& stand, const std::string& test, const std::string& itinerary,
                                     const Finding& report) {
  ASSIGN_OR_RETURN(const std::vector<TraceWitness> runs, Follow(stand, test, {itinerary}));
  if (runs.empty()) return false;
  ASSIGN_OR_RETURN(const std::vector<Finding> again, ErrorsOf(stand, runs.front()));
  return std::ranges::count(again, NameOf(report), NameOf) > 0;
}

// Clang adds ".i" to a variable's name for each function that was inlined around it.
std::string NameOfVariable(absl::string_view name) {
  while (absl::ConsumeSuffix(&name, ".i")) {
  }
  return std::string(name);
}

Finding TheirFinding(Finding report, const std::string& test, const std::string& itinerary) {
  const bool is_undefined = report.kind == "undefined-behavior";
  Finding finding;
  finding.kind = KindOfReport(report.kind);
  finding.detector = is_undefined ? kUndefinedBehaviourSanitizer : kAddressSanitizer;
  finding.message = absl::StrCat(
      is_undefined
          ? absl::StrCat("UBSan reports undefined behaviour: ", report.message)
          : absl::StrCat("AddressSanitizer reports ", report.kind,
                         report.message.empty() ? "" : absl::StrCat(" of '", NameOfVariable(report.message), "'")),
      ". It followed a schedule under which the test passes, twice and in two processes, and said the same both "
      "times.");
  finding.test = test;
  finding.itinerary = itinerary;
  finding.stacks = std::move(report.stacks);
  return finding;
}

absl::Status ExamineTest(const WitnessStand& stand, const std::string& test,
                         const std::vector<std::string>& itineraries, Evidence& evidence) {
  PassingSample& sample = evidence.address_sample;
  sample.asked += static_cast<int>(itineraries.size());
  ASSIGN_OR_RETURN(const std::vector<TraceWitness> runs, Follow(stand, test, itineraries));
  std::set<std::string> seen;
  for (std::size_t i = 0; i < runs.size() && i < itineraries.size(); ++i) {
    if (IsBelieved(runs[i])) {
      ++sample.followed;
    } else if (sample.why_not.empty()) {
      sample.why_not = WhyNotFollowed(runs[i]);
    }
    ASSIGN_OR_RETURN(std::vector<Finding> errors, ErrorsOf(stand, runs[i]));
    for (Finding& error : errors) {
      if (!seen.insert(NameOf(error)).second) continue;
      ASSIGN_OR_RETURN(const bool is_reported_again, IsReportedAgain(stand, test, itineraries[i], error));
      if (is_reported_again) evidence.findings.push_back(TheirFinding(std::move(error), test, itineraries[i]));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddFindingsOfPassing(const WitnessStand& stand, Evidence& evidence) {
  std::map<std::string, std::vector<std::string>> different;
  for (const PassingExecution& one : evidence.passing) {
    if (one.itinerary.empty() || std::ranges::count(evidence.findings, one.test, &Finding::test) > 0) continue;
    std::vector<std::string>& of_test = different[one.test];
    if (of_test.size() < kPassingExecutionsToExamine && std::ranges::count(of_test, one.itinerary) == 0) {
      of_test.push_back(one.itinerary);
    }
  }
  for (const auto& [test, itineraries] : different) {
    const absl::Status status = ExamineTest(stand, test, itineraries, evidence);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok() && evidence.address_sample.why_not.empty()) {
      evidence.address_sample.why_not = std::string(status.message());
    }
  }
  for (TestEvidence& test : evidence.tests) {
    const bool has_finding = std::ranges::count(evidence.findings, test.name, &Finding::test) > 0;
    if (!has_finding || test.status != TestStatus::kPassed) continue;
    test.status = TestStatus::kFailed;
    test.strength.clear();
  }
  return absl::OkStatus();
}

}  // namespace racecourse::grader
