#include "grader/executor/examine.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "grader/compile/submission_build.h"
#include "grader/executor/finding_resolver.h"
#include "grader/trace/record_fields.h"

namespace racecourse::grader {
namespace {

constexpr int kEngineFailedStatus = 3;
constexpr int kCannotLinkStatus = 127;

// The end of what a program wrote, for our own error messages.
std::string LastWords(const ProcessResult& process) {
  std::string text = WithoutControlCharacters(process.errors.empty() ? process.output : process.errors);
  if (text.size() > 2000) text.erase(0, text.size() - 2000);
  text = std::string(absl::StripAsciiWhitespace(text));
  return text.empty() ? "" : absl::StrCat("; it said: ", text);
}

// A constructor of a global object can end a program before the engine has said a word. Nothing of ours ends it like
// that, with status 0.
bool LeftBeforeItBegan(const ProgramRun& run) {
  return !run.trace.has_begun && run.trace_status.ok() && !run.process.timed_out && run.process.signal == 0 &&
         run.process.exit_code == 0;
}

std::string OurFailure(const ProgramRun& run) {
  if (!run.trace_status.ok()) return std::string(run.trace_status.message());
  if (run.process.exit_code == kEngineFailedStatus && run.process.signal == 0) {
    std::string message;
    for (const TraceScenario& scenario : run.trace.scenarios) {
      if (!scenario.error.empty())
        absl::StrAppend(&message, message.empty() ? "" : "; ", scenario.name, ": ", scenario.error);
    }
    return absl::StrCat("the engine failed", message.empty() ? LastWords(run.process) : absl::StrCat(": ", message));
  }
  for (const TraceScenario& scenario : run.trace.scenarios) {
    if (scenario.status == ScenarioStatus::kError) return absl::StrCat(scenario.name, ": ", scenario.error);
  }
  for (const TraceFinding& finding : run.trace.findings) {
    if (!finding.confirmed && !finding.reproduced && finding.kind != "nondeterminism") {
      return absl::StrCat(finding.scenario, ": a ", finding.kind, " was seen once and not again when it was replayed (",
                          finding.schedule, ")");
    }
  }
  if (!run.trace.has_begun && !run.process.timed_out && !LeftBeforeItBegan(run)) {
    return absl::StrCat("the program wrote no trace (", run.process.ToString(), ")", LastWords(run.process));
  }
  return "";
}

std::vector<TestEvidence> Tests(const Trace& trace) {
  std::vector<TestEvidence> tests;
  for (const TraceScenario& scenario : trace.scenarios) {
    const bool passed = scenario.status == ScenarioStatus::kPassed;
    const bool failed = scenario.status == ScenarioStatus::kFailed;
    tests.push_back({.name = scenario.name,
                     .status = passed   ? TestStatus::kPassed
                               : failed ? TestStatus::kFailed
                                        : TestStatus::kInconclusive,
                     .executions = scenario.executions,
                     .strength = scenario.strength,
                     .event_hash = scenario.event_hash,
                     .schedules_per_second = scenario.schedules_per_second});
  }
  for (const TraceTest& test : trace.tests) {
    const auto known = std::ranges::find(tests, test.name, &TestEvidence::name);
    if (known == tests.end()) {
      tests.push_back({.name = test.name,
                       .status = test.passed ? TestStatus::kPassed : TestStatus::kFailed,
                       .executions = 1,
                       .strength = "",
                       .event_hash = "",
                       .schedules_per_second = 0});
    } else if (!test.passed && known->status == TestStatus::kPassed) {
      known->status = TestStatus::kFailed;
    }
  }
  return tests;
}

bool HasFinding(const Evidence& evidence, const std::string& test) {
  return std::ranges::count(evidence.findings, test, &Finding::test) > 0;
}

Finding PlainFinding(std::string kind, std::string test, std::string message) {
  Finding finding;
  finding.kind = std::move(kind);
  finding.test = std::move(test);
  finding.message =
      absl::StrReplaceAll(message, {{absl::StrCat(kExerciseName, "/"), ""}, {absl::StrCat(kHiddenName, "/"), ""}});
  return finding;
}

std::string WhereTimeRanOut(const ProgramRun& run) {
  for (const TraceScenario& scenario : run.trace.scenarios) {
    if (scenario.status == ScenarioStatus::kUnfinished) {
      return absl::StrCat(scenario.name, " did not end (", run.process.ToString(), ")");
    }
    if (scenario.status == ScenarioStatus::kInconclusive) {
      if (!scenario.strength.empty()) return absl::StrCat(scenario.name, ": ", scenario.strength);
      return absl::StrCat(scenario.name, ": ",
                          scenario.error.empty() ? "time ran out before the budget of schedules did" : scenario.error);
    }
  }
  return "";
}

// GoogleTest knows no test without a verdict, so it calls one failed whose scenario reached none.
bool IsInconclusive(const Evidence& evidence, const std::string& test) {
  const auto known = std::ranges::find(evidence.tests, test, &TestEvidence::name);
  return known != evidence.tests.end() && known->status == TestStatus::kInconclusive;
}

// Failures that came without a finding of their own: a plain test, or the death of the whole program.
void AddPlainFailures(const ProgramRun& run, Evidence& evidence) {
  for (const TraceTest& test : run.trace.tests) {
    if (!test.passed && !HasFinding(evidence, test.name) && !IsInconclusive(evidence, test.name)) {
      evidence.findings.push_back(
          PlainFinding("assertion", test.name, test.message.empty() ? "The test failed." : test.message));
    }
  }
  if (run.trace.is_complete || run.process.timed_out) return;
  std::string test = "main";
  for (const TraceScenario& scenario : run.trace.scenarios) {
    if (scenario.status == ScenarioStatus::kUnfinished) test = scenario.name;
  }
  if (HasFinding(evidence, test)) return;
  if (LeftBeforeItBegan(run)) {
    evidence.findings.push_back(PlainFinding(
        "crash", test, "The program ended before the first test began: the constructor of a global object ends it."));
    return;
  }
  evidence.findings.push_back(PlainFinding(
      "crash", test, absl::StrCat("The test program ended before its tests did (", run.process.ToString(), ").")));
}

}  // namespace

Evidence EvidenceOf(const ProgramRun& run, const std::filesystem::path& symbolizer,
                    const std::filesystem::path& program, const SourceMap& sources) {
  Evidence evidence;
  evidence.our_failure = OurFailure(run);
  evidence.wall_seconds = run.process.wall_seconds;
  evidence.tests = Tests(run.trace);
  for (const TraceScenario& scenario : run.trace.scenarios) evidence.wants_files_alone |= scenario.wants_files_alone;
  evidence.has_trace = run.trace.has_begun;
  for (const TraceItinerary& one : run.trace.itineraries) evidence.passing.push_back({one.scenario, one.itinerary});
  for (const TraceFinding& finding : run.trace.findings) evidence.reproductions += finding.reproduced.value_or(0);
  auto findings = ResolveFindings(run.trace.findings, symbolizer, program, sources);
  if (findings.ok()) {
    evidence.findings = *std::move(findings);
  } else if (evidence.our_failure.empty()) {
    evidence.our_failure = std::string(findings.status().message());
  }
  if (!evidence.our_failure.empty()) return evidence;
  if (run.process.exit_code == kCannotLinkStatus && run.trace.scenarios.empty()) {
    evidence.our_failure = absl::StrCat("the program could not be started", LastWords(run.process));
    return evidence;
  }
  AddPlainFailures(run, evidence);
  const bool any_inconclusive =
      std::ranges::count(evidence.tests, TestStatus::kInconclusive, &TestEvidence::status) > 0;
  evidence.ran_out_of_time = evidence.findings.empty() && (run.process.timed_out || any_inconclusive);
  if (evidence.ran_out_of_time) evidence.where_time_ran_out = WhereTimeRanOut(run);
  return evidence;
}

absl::StatusOr<Evidence> Examine(const RunRequest& request, const std::filesystem::path& symbolizer,
                                 const SourceMap& sources) {
  const auto run = RunProgram(request);
  if (absl::IsCancelled(run.status())) return run.status();
  if (!run.ok()) {
    Evidence evidence;
    evidence.our_failure = std::string(run.status().message());
    return evidence;
  }
  return EvidenceOf(*run, symbolizer, request.program, sources);
}

}  // namespace racecourse::grader
