#include "grader/executor/carried_run.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/executor/finding_resolver.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

constexpr double kSecondsToFollow = 20;

absl::StatusOr<ProgramRun> RunItineraries(const WitnessStand& stand, const std::string& test,
                                          const std::vector<std::string>& itineraries) {
  ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Create("witness"));
  RunOrders orders;
  orders.itineraries = directory.path() / "itineraries";
  const std::string lines = itineraries.empty() ? "" : absl::StrCat(absl::StrJoin(itineraries, "\n"), "\n");
  RETURN_IF_ERROR(WriteFileAtomically(orders.itineraries, lines));
  return RunCarried(stand, test, kSecondsToFollow, std::move(orders));
}

}  // namespace

absl::StatusOr<ProgramRun> RunCarried(const WitnessStand& stand, const std::string& test, double seconds,
                                      RunOrders orders) {
  RunRequest request = stand.request;
  if (stand.has_tests) request.arguments = {absl::StrCat("--gtest_filter=", test)};
  orders.seed = request.orders.seed;
  request.orders = std::move(orders);
  request.wall_seconds = seconds;
  request.on_progress = nullptr;
  return RunProgram(request);
}

absl::StatusOr<std::string> ExecutorOf(const WitnessStand& stand) {
  ASSIGN_OR_RETURN(const ProgramRun run, RunItineraries(stand, "", {}));
  if (!run.trace.executor.empty()) return run.trace.executor;
  return absl::InvalidArgumentError(
      absl::StrCat(stand.request.program.string(),
                   " is no witness: build it with `racecourse c++ --variant thread-sanitizer` or `address-sanitizer`"));
}

absl::StatusOr<std::vector<TraceWitness>> Follow(const WitnessStand& stand, const std::string& test,
                                                 const std::vector<std::string>& itineraries) {
  ASSIGN_OR_RETURN(ProgramRun run, RunItineraries(stand, test, itineraries));
  RETURN_IF_ERROR(run.trace_status);
  return std::move(run.trace.witnesses);
}

absl::StatusOr<std::vector<Finding>> ResolveReports(const WitnessStand& stand, const TraceWitness& witness) {
  std::vector<TraceFinding> reports;
  for (const TraceWitness::Report& report : witness.reports) {
    TraceFinding& finding = reports.emplace_back();
    finding.kind = report.kind;
    finding.message = report.message;
    finding.stacks = report.accesses;
  }
  return ResolveFindings(reports, stand.symbolizer, stand.request.program, *stand.sources);
}

std::string PlaceOf(const Frame& frame) { return absl::StrCat(frame.file, ":", frame.line); }

std::string PlaceOf(const Stack& stack) { return stack.frames.empty() ? "" : PlaceOf(stack.frames.front()); }

std::string WhyNotFollowed(const TraceWitness& witness) {
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
  if (witness.following == "tampered") return "it does not report what is there for sure: somebody silenced it";
  if (witness.signal != 0) return absl::StrCat("the program was ended by signal ", witness.signal, place);
  return absl::StrCat("the program died", place);
}

}  // namespace racecourse::grader
