#include "grader/executor/witness.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

constexpr double kSecondsForPlainRuns = 120;

struct Accesses {
  std::string places[2];  // in the order of their names
  std::string threads[2];
  std::string codes[2];
};

Accesses AccessesOf(const std::vector<Stack>& stacks) {
  Accesses accesses;
  for (std::size_t i = 0; i < 2 && i < stacks.size(); ++i) {
    accesses.places[i] = PlaceOf(stacks[i]);
    accesses.threads[i] = stacks[i].thread;
    accesses.codes[i] = stacks[i].code;
  }
  if (accesses.places[1] < accesses.places[0]) std::swap(accesses.places[0], accesses.places[1]);
  if (accesses.threads[1] < accesses.threads[0]) std::swap(accesses.threads[0], accesses.threads[1]);
  if (accesses.codes[1] < accesses.codes[0]) std::swap(accesses.codes[0], accesses.codes[1]);
  return accesses;
}

enum class Likeness { kNone, kSameThreadsAndOnePlace, kSamePlacesAndOneThread, kSame };

// In the sanitizer's words: also the pointer to a virtual table, and memory that was given back, are only raced for.
bool IsRace(const std::string& kind) {
  return kind == "data-race" || kind == "data-race-vptr" || kind == "heap-use-after-free" ||
         kind == "heap-use-after-free-vptr";
}

// Which of several accesses to the same memory the other one names differs: the sanitizer remembers four of them, the
// last ones, and counts the end of a heap block as a write.
Likeness Compare(const Finding& finding, const Finding& report, bool has_fibers) {
  if (!IsRace(report.kind)) return Likeness::kNone;
  const Accesses ours = AccessesOf(finding.stacks);
  const Accesses theirs = AccessesOf(report.stacks);
  const bool same_threads = std::ranges::equal(ours.threads, theirs.threads);
  // It knows one line of each stack, which may be of a header: then that line, and what it is inlined into, must be
  // ours.
  const bool same_places = (std::ranges::equal(ours.places, theirs.places) && !ours.places[1].empty()) ||
                           (std::ranges::equal(ours.codes, theirs.codes) && !ours.codes[0].empty());
  // Where it counts fibers among the threads, its numbers say nothing.
  if (same_places && (same_threads || has_fibers)) return Likeness::kSame;
  const bool one_thread = std::ranges::any_of(
      ours.threads, [&](const std::string& thread) { return std::ranges::count(theirs.threads, thread) > 0; });
  if (same_places && one_thread) return Likeness::kSamePlacesAndOneThread;
  if (!same_threads) return Likeness::kNone;
  for (const std::string& place : ours.places) {
    if (!place.empty() && std::ranges::count(theirs.places, place) > 0) return Likeness::kSameThreadsAndOnePlace;
  }
  return Likeness::kNone;
}

// It does not know who called the code of a header. Where the same thread's stack ends at the same code, we do.
void ShowCallersOf(const std::vector<Stack>& ours, std::vector<Stack>& theirs) {
  for (Stack& stack : theirs) {
    if (!stack.frames.empty() || stack.code.empty()) continue;
    const auto same = std::ranges::find_if(
        ours, [&](const Stack& known) { return known.code == stack.code && known.thread == stack.thread; });
    if (same != ours.end()) stack.frames = same->frames;
  }
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

absl::StatusOr<Witness> Judge(const WitnessStand& stand, const TraceWitness& run, const Finding& finding,
                              const std::vector<Finding>& reports) {
  const auto like = [&](Likeness likeness) {
    const auto found = std::ranges::find_if(
        reports, [&](const Finding& report) { return Compare(finding, report, run.has_fibers) == likeness; });
    return found == reports.end() ? nullptr : &*found;
  };
  constexpr std::pair<Likeness, const char*> kDegrees[] = {
      {Likeness::kSame, "this race too"},
      {Likeness::kSamePlacesAndOneThread, "a race at these lines too, one of them in another thread"},
      {Likeness::kSameThreadsAndOnePlace, "a race of the same threads at one of these lines too"}};
  const Finding* confirming = nullptr;
  std::string confirmation;
  for (const auto& [likeness, what] : kDegrees) {
    if (confirming != nullptr) break;
    confirming = like(likeness);
    confirmation =
        absl::StrCat("ThreadSanitizer reports ", what, ", on threads of the operating system under the same schedule.");
  }
  Witness witness = WitnessOf(kThreadWitness, run, finding, confirming, confirmation, reports,
                              "Under the same schedule ThreadSanitizer reports something else:");
  if (confirming != nullptr) ShowCallersOf(finding.stacks, witness.stacks);
  if (stand.plain_runs > 0) RETURN_IF_ERROR(AddPlainRuns(stand, finding, witness));
  return witness;
}

// It knows nothing of other processes, and leaves a child alone that was forked beside other threads.
std::string WhyBlind(const TraceWitness& run, const Finding& finding) {
  std::set<int> processes;
  bool is_watched = true;
  for (std::size_t i = 0; i < 2 && i < finding.stacks.size(); ++i) {
    const auto in_child = std::ranges::find_if(run.in_children, [&](const TraceWitness::InChild& one) {
      return absl::StrCat("T", one.thread) == finding.stacks[i].thread;
    });
    const bool is_in_child = in_child != run.in_children.end();
    processes.insert(is_in_child ? in_child->process : 0);
    is_watched &= !is_in_child || in_child->is_watched;
  }
  if (processes.size() > 1) return "it sees one process at a time, and this race is between two";
  return is_watched ? "" : "it does not watch a child that is forked by a process with several threads";
}

bool HasUnwatched(const TraceWitness& run) {
  return std::ranges::any_of(run.in_children, [](const TraceWitness::InChild& one) { return !one.is_watched; });
}

std::string WhyItReports(const TraceWitness& trace, const Finding& report) {
  if (trace.has_fences) return "ThreadSanitizer does not model fences (std::atomic_thread_fence), and here are some.";
  const bool is_of_library =
      std::ranges::all_of(report.stacks, [](const Stack& stack) { return stack.frames.empty(); });
  return is_of_library ? "Both accesses are in a library's own code." : "";
}

std::string PlaceOfStack(const Stack& stack) { return PlaceOf(stack); }

absl::Status AskAboutScenario(const WitnessStand& stand, const std::string& test,
                              const std::set<std::string>& itineraries, PassingSample& sample) {
  sample.asked += static_cast<int>(itineraries.size());
  ASSIGN_OR_RETURN(const std::vector<TraceWitness> said, Follow(stand, test, {itineraries.begin(), itineraries.end()}));
  for (const TraceWitness& trace : said) {
    if (trace.following == "followed") {
      ++sample.followed;
    } else if (sample.why_not.empty()) {
      sample.why_not = WhyNotFollowed(trace);
    }
    // What follows a divergence is another execution, which may be one that fails.
    if (trace.following != "followed") continue;
    sample.unwatched += HasUnwatched(trace);
    ASSIGN_OR_RETURN(std::vector<Finding> reports, ResolveReports(stand, trace));
    std::set<std::ptrdiff_t> seen;
    for (Finding& report : reports) {
      auto known = std::ranges::find_if(sample.disagreements, [&](const Disagreement& other) {
        return other.test == test && other.kind == report.kind &&
               std::ranges::equal(other.stacks, report.stacks, {}, PlaceOfStack, PlaceOfStack);
      });
      if (known == sample.disagreements.end()) {
        known = sample.disagreements.insert(known, {.executor = kThreadSanitizer,
                                                    .test = test,
                                                    .kind = report.kind,
                                                    .reason = WhyItReports(trace, report),
                                                    .executions = 0,
                                                    .stacks = std::move(report.stacks)});
      }
      known->executions += seen.insert(known - sample.disagreements.begin()).second;
    }
  }
  return absl::OkStatus();
}

}  // namespace

const SanitizerWitness kThreadWitness = {
    .executor = kThreadSanitizer,
    .is_of_its_kind = [](const Finding& finding) { return finding.kind == "data_race"; },
    .name = [](const Finding&) { return std::string("ThreadSanitizer"); },
    .subject = [](const Finding&) { return std::string("race"); },
    .judge = Judge,
    .why_blind = WhyBlind,
};

absl::Status AskAboutPassing(const WitnessStand& stand, Evidence& evidence) {
  std::map<std::string, std::set<std::string>> different;
  for (const PassingExecution& one : evidence.passing) {
    if (!one.itinerary.empty()) different[one.test].insert(one.itinerary);
  }
  for (const auto& [test, itineraries] : different) {
    const absl::Status status = AskAboutScenario(stand, test, itineraries, evidence.sample);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok() && evidence.sample.why_not.empty()) evidence.sample.why_not = std::string(status.message());
  }
  return absl::OkStatus();
}

std::string SampleText(const PassingSample& sample) {
  if (sample.asked == 0) return "";
  std::string text = absl::StrCat("ThreadSanitizer followed ", sample.followed, " of ", sample.asked,
                                  sample.asked == 1 ? " passing execution" : " different passing executions");
  if (!sample.why_not.empty()) absl::StrAppend(&text, " (", sample.why_not, ")");
  if (sample.unwatched > 0) {
    absl::StrAppend(&text, " (of which ", sample.unwatched,
                    " have a child that it does not watch, because a process with several threads forked it)");
  }
  absl::StrAppend(&text, sample.disagreements.empty() ? " and reports nothing.\n" : " and disagrees:\n");
  for (const Disagreement& one : sample.disagreements) {
    std::vector<std::string> places;
    for (const Stack& stack : one.stacks) {
      places.push_back(stack.frames.empty() ? absl::StrCat(stack.role, " in a library")
                                            : absl::StrCat(stack.role, " at ", PlaceOf(stack)));
    }
    absl::StrAppend(&text, "  ", one.test, ": ", one.kind, " in ", one.executions, " of them, ",
                    absl::StrJoin(places, " and "), ". ", one.reason.empty() ? "No reason is known." : one.reason,
                    "\n");
  }
  return text;
}

}  // namespace racecourse::grader
