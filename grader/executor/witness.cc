#include "grader/executor/witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

using Verdict = Witness::Verdict;

constexpr double kSecondsForPlainRuns = 120;

struct Accesses {
  std::string places[2];  // in the order of their names
  std::string threads[2];
};

Accesses AccessesOf(const std::vector<Stack>& stacks) {
  Accesses accesses;
  for (std::size_t i = 0; i < 2 && i < stacks.size(); ++i) {
    accesses.places[i] = PlaceOf(stacks[i]);
    accesses.threads[i] = stacks[i].thread;
  }
  if (accesses.places[1] < accesses.places[0]) std::swap(accesses.places[0], accesses.places[1]);
  if (accesses.threads[1] < accesses.threads[0]) std::swap(accesses.threads[0], accesses.threads[1]);
  return accesses;
}

enum class Likeness { kNone, kSameThreadsAndOnePlace, kSame };

// Which of several accesses to the same memory the other one names differs: the sanitizer remembers four of them, and
// counts the end of a heap block as a write.
Likeness Compare(const Finding& finding, const Finding& report) {
  if (report.kind != "data-race") return Likeness::kNone;
  const Accesses ours = AccessesOf(finding.stacks);
  const Accesses theirs = AccessesOf(report.stacks);
  if (!std::ranges::equal(ours.threads, theirs.threads)) return Likeness::kNone;
  if (std::ranges::equal(ours.places, theirs.places)) {
    return ours.places[1].empty() ? Likeness::kNone : Likeness::kSame;
  }
  for (const std::string& place : ours.places) {
    if (!place.empty() && std::ranges::count(theirs.places, place) > 0) return Likeness::kSameThreadsAndOnePlace;
  }
  return Likeness::kNone;
}

Witness Judge(const TraceWitness& trace, const Finding& finding, const std::vector<Finding>& reports) {
  Witness witness;
  witness.executor = kThreadSanitizer;
  const auto like = [&](Likeness likeness) {
    return std::ranges::find_if(reports, [&](const Finding& report) { return Compare(finding, report) == likeness; });
  };
  const auto same = like(Likeness::kSame);
  const auto alike = like(Likeness::kSameThreadsAndOnePlace);
  if (trace.following == "tampered") {
    witness.message = absl::StrCat("ThreadSanitizer says nothing about this race: ", WhyNotFollowed(trace), ".");
  } else if (same != reports.end()) {
    witness.verdict = Verdict::kConfirms;
    witness.message =
        "ThreadSanitizer reports this race too, on threads of the operating system under the same schedule.";
    witness.stacks = same->stacks;
  } else if (alike != reports.end()) {
    witness.verdict = Verdict::kConfirms;
    witness.message =
        "ThreadSanitizer reports a race of the same threads at one of these lines too, on threads of the operating "
        "system under the same schedule.";
    witness.stacks = alike->stacks;
  } else if (!reports.empty()) {
    witness.verdict = Verdict::kDiffers;
    witness.message = "Under the same schedule ThreadSanitizer reports something else:";
    witness.stacks = reports.front().stacks;
  } else if (trace.following == "followed") {
    witness.verdict = Verdict::kSilent;
    witness.message = "ThreadSanitizer followed the same schedule to its end and reports nothing.";
  } else {
    witness.message = absl::StrCat("ThreadSanitizer says nothing about this race: ", WhyNotFollowed(trace), ".");
  }
  return witness;
}

absl::Status AddPlainRuns(const WitnessStand& stand, const Finding& finding, Witness& witness) {
  RunOrders orders;
  orders.plain_runs = stand.plain_runs;
  ASSIGN_OR_RETURN(const ProgramRun run, RunCarried(stand, finding.test, kSecondsForPlainRuns, std::move(orders)));
  for (const TraceWitness& plain : run.trace.witnesses) {
    ++witness.plain_runs;
    witness.plain_reports += !plain.reports.empty();
  }
  if (witness.plain_runs == 0) return absl::OkStatus();
  absl::StrAppend(&witness.message, witness.plain_reports == 0
                                        ? absl::StrCat(" ", witness.plain_runs,
                                                       " plain runs under ThreadSanitizer never saw it; schedule ",
                                                       finding.execution + 1, " of ours did.")
                                        : absl::StrCat(" ThreadSanitizer reports a race in ", witness.plain_reports,
                                                       " of ", witness.plain_runs, " plain runs."));
  return absl::OkStatus();
}

Witness Absent(const absl::Status& why) {
  Witness witness;
  witness.executor = kThreadSanitizer;
  witness.message = absl::StrCat("ThreadSanitizer says nothing about this race: ", why.message(), ".");
  return witness;
}

absl::Status Ask(const WitnessStand& stand, Finding& finding) {
  ASSIGN_OR_RETURN(const std::vector<TraceWitness> said, Follow(stand, finding.test, {finding.itinerary}));
  if (said.empty()) return absl::NotFoundError("the program wrote no record of it");
  ASSIGN_OR_RETURN(const std::vector<Finding> reports, ResolveReports(stand, said.front()));
  Witness witness = Judge(said.front(), finding, reports);
  if (stand.plain_runs > 0) RETURN_IF_ERROR(AddPlainRuns(stand, finding, witness));
  finding.witnesses.push_back(std::move(witness));
  return absl::OkStatus();
}

}  // namespace

bool IsForWitness(const Finding& finding) { return finding.kind == "data_race" && !finding.itinerary.empty(); }

void NoteAbsence(const absl::Status& why, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (IsForWitness(finding)) finding.witnesses.push_back(Absent(why));
  }
}

absl::Status AskAboutFindings(const WitnessStand& stand, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (!IsForWitness(finding)) continue;
    const absl::Status status = Ask(stand, finding);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok()) finding.witnesses.push_back(Absent(status));
  }
  return absl::OkStatus();
}

}  // namespace racecourse::grader
