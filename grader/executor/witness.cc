#include "grader/executor/witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grader/executor/finding_resolver.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

using Verdict = Witness::Verdict;

constexpr double kSecondsToFollow = 20;
constexpr double kSecondsForPlainRuns = 120;

absl::StatusOr<ProgramRun> Run(const WitnessStand& stand, const std::string& test, double seconds, RunOrders orders) {
  RunRequest request = stand.request;
  if (stand.has_tests) request.arguments = {absl::StrCat("--gtest_filter=", test)};
  orders.seed = request.orders.seed;
  request.orders = std::move(orders);
  request.wall_seconds = seconds;
  request.on_progress = nullptr;
  return RunProgram(request);
}

absl::StatusOr<std::vector<TraceWitness>> Follow(const WitnessStand& stand, const std::string& test,
                                                 const std::string& itinerary) {
  ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Create("witness"));
  RunOrders orders;
  orders.itineraries = directory.path() / "itineraries";
  RETURN_IF_ERROR(WriteFileAtomically(orders.itineraries, absl::StrCat(itinerary, "\n")));
  ASSIGN_OR_RETURN(ProgramRun run, Run(stand, test, kSecondsToFollow, std::move(orders)));
  RETURN_IF_ERROR(run.trace_status);
  return std::move(run.trace.witnesses);
}

// The reports' stacks by lines, through the eyes of the resolver of findings.
absl::StatusOr<std::vector<Finding>> Resolve(const WitnessStand& stand, const TraceWitness& witness) {
  std::vector<TraceFinding> reports;
  for (const TraceWitness::Report& report : witness.reports) {
    TraceFinding& finding = reports.emplace_back();
    finding.kind = report.kind;
    finding.stacks = report.accesses;
  }
  return ResolveFindings(reports, stand.symbolizer, stand.request.program, *stand.sources);
}

// "tally.h:12", of the innermost line that is the student's or the test's.
std::string PlaceOf(const Stack& stack) {
  return stack.frames.empty() ? "" : absl::StrCat(stack.frames.front().file, ":", stack.frames.front().line);
}

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

std::string WhyAbsent(const TraceWitness& witness) {
  const std::string place = absl::StrCat(" after ", witness.followed, " of ", witness.arrivals, " scheduling points");
  if (witness.following == "diverged") {
    return absl::StrCat("its execution went another way", place, ": ", witness.expected, " was due, and ",
                        witness.actual, " came");
  }
  if (witness.following == "unsupported") {
    return absl::StrCat("the schedule has an operation that it cannot follow (", witness.expected, ")");
  }
  if (witness.following == "timed_out") return absl::StrCat("it stood still", place);
  if (witness.following == "ended_early") return absl::StrCat("the program ended", place);
  if (witness.following == "tampered") return "it does not report a race that is there for sure: somebody silenced it";
  if (witness.signal != 0) return absl::StrCat("the program was ended by signal ", witness.signal, place);
  return absl::StrCat("the program died", place);
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
    witness.message = absl::StrCat("ThreadSanitizer says nothing about this race: ", WhyAbsent(trace), ".");
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
    witness.message = absl::StrCat("ThreadSanitizer says nothing about this race: ", WhyAbsent(trace), ".");
  }
  return witness;
}

absl::Status AddPlainRuns(const WitnessStand& stand, const Finding& finding, Witness& witness) {
  RunOrders orders;
  orders.plain_runs = stand.plain_runs;
  ASSIGN_OR_RETURN(const ProgramRun run, Run(stand, finding.test, kSecondsForPlainRuns, std::move(orders)));
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
  ASSIGN_OR_RETURN(const std::vector<TraceWitness> said, Follow(stand, finding.test, finding.itinerary));
  if (said.empty()) return absl::NotFoundError("the program wrote no record of it");
  ASSIGN_OR_RETURN(const std::vector<Finding> reports, Resolve(stand, said.front()));
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
