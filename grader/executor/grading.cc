#include "grader/executor/grading.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "grader/compile/submission_build.h"
#include "grader/executor/address_witness.h"
#include "grader/executor/examine.h"
#include "grader/executor/witness.h"
#include "grader/rubric/judge.h"
#include "grader/system/file.h"
#include "grader/system/parallel.h"
#include "grader/system/status_macros.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

Finding FindingOf(const Misuse& misuse) {
  Finding finding;
  finding.kind = "misuse";
  finding.message = misuse.file.empty() ? misuse.message
                    : misuse.line == 0  ? absl::StrCat(misuse.file, ": ", misuse.message)
                                        : absl::StrCat(misuse.file, ":", misuse.line, ": ", misuse.message);
  if (!misuse.file.empty()) {
    finding.stacks.push_back(
        {.role = "not allowed",
         .thread = "",
         .step = 0,
         .value = "",
         .frames =
             {{.origin = Origin::kStudent, .file = misuse.file, .line = misuse.line, .function = "", .source = ""}},
         .code = ""});
  }
  return finding;
}

SourceMap SourcesOf(const Exercise& exercise, const StagedSubmission& staged) {
  SourceMap sources;
  sources.AddSubmission(kSubmissionName, staged.sources);
  sources.AddExercise(kExerciseName, exercise.directory);
  sources.AddExercise(kHiddenName, exercise.solutions);
  return sources;
}

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

absl::StatusOr<SubmissionResult> Grading::Grade(const Submission& submission) const {
  const auto begin = std::chrono::steady_clock::now();
  auto finish = [&](SubmissionResult result) {
    result.id = submission.id;
    result.path = submission.path.string();
    result.wall_seconds = SecondsSince(begin);
    return result;
  };
  auto staged = Stage(exercise_, submission);
  if (!staged.ok()) return finish(GraderFailure(exercise_, std::string(staged.status().message())));
  if (const auto* missing = std::get_if<MissingFiles>(&*staged)) {
    return finish(WithoutProgram(exercise_, SubmissionStatus::kMissingFiles, missing->message));
  }
  if (const auto* misuse = std::get_if<Misuse>(&*staged)) {
    return finish(RejectSubmission(exercise_, FindingOf(*misuse)));
  }
  const StagedSubmission& files = std::get<StagedSubmission>(*staged);

  if (options_.on_progress) options_.on_progress("compiling");
  const auto built = BuildSubmission(exercise_, files, installation_, compiler_, options_.jobs);
  if (absl::IsCancelled(built.status())) return built.status();
  if (!built.ok()) return finish(GraderFailure(exercise_, std::string(built.status().message())));
  if (const auto* failure = std::get_if<CompileFailure>(&*built)) {
    return finish(WithoutProgram(exercise_, SubmissionStatus::kDoesNotCompile, failure->diagnostics));
  }
  if (const auto* misuse = std::get_if<Misuse>(&*built)) {
    return finish(RejectSubmission(exercise_, FindingOf(*misuse)));
  }
  const BuiltProgram& program = std::get<BuiltProgram>(*built);
  ASSIGN_OR_RETURN(std::vector<CheckResult> checks, RunChecks(files, program));
  return finish(JudgeSubmission(exercise_, std::move(checks)));
}

// In rounds: a round holds the checks whose needs have all been decided. Within a round they run side by side.
absl::StatusOr<std::vector<CheckResult>> Grading::RunChecks(const StagedSubmission& staged,
                                                            const BuiltProgram& program) const {
  std::vector<const Check*> waiting;
  for (const Check& check : exercise_.checks) {
    if (check.visibility == Visibility::kPublic || program.has_hidden_tests) waiting.push_back(&check);
  }
  std::vector<CheckResult> decided;
  while (!waiting.empty()) {
    std::vector<const Check*> round;
    std::vector<const Check*> later;
    for (const Check* check : waiting) {
      const bool waits = std::ranges::any_of(check->needs, [&](const std::string& need) {
        return std::ranges::count(waiting, need, [](const Check* other) { return other->id; }) > 0;
      });
      (waits ? later : round).push_back(check);
    }
    std::vector<CheckResult> results(round.size());
    std::vector<absl::Status> statuses(round.size());
    ForEachInParallel(round.size(), options_.jobs, [&](std::size_t i) {
      const std::string unmet = UnmetNeed(*round[i], decided);
      if (!unmet.empty()) {
        results[i] = SkipCheck(*round[i], absl::StrCat("needs '", unmet, "' to pass first"));
        return;
      }
      auto evidence = RunCheck(*round[i], staged, program);
      statuses[i] = evidence.status();
      if (evidence.ok()) results[i] = JudgeCheck(*round[i], *std::move(evidence));
    });
    for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
    std::ranges::move(results, std::back_inserter(decided));
    waiting = std::move(later);
  }
  return decided;
}

absl::Status Grading::Lend(RunRequest request, const std::string& tests, const StagedSubmission& staged,
                           const BuiltProgram& program, const Use& use) const {
  request.program = program.program;
  ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Create("run"));
  request.directory = directory.path();
  request.wall_seconds = options_.wall_seconds;
  const SourceMap sources = SourcesOf(exercise_, staged);
  if (exercise_.kind == ExerciseKind::kTests) {
    request.arguments = {absl::StrCat("--gtest_filter=", tests)};
    return use(request, sources, program);
  }
  const Check* check = exercise_.FindCheck(tests);
  if (check == nullptr) return absl::InvalidArgumentError(absl::StrCat(exercise_.id, " has no check '", tests, "'"));
  // Not where the program runs: it is not to find the answer there.
  ASSIGN_OR_RETURN(const TemporaryDirectory answer, TemporaryDirectory::Create("answer"));
  request.arguments = check->program.arguments;
  request.input = check->program.input;
  request.orders.expected_status = check->program.exit_status;
  if (check->program.output) {
    request.orders.expected_output = answer.path() / "stdout";
    RETURN_IF_ERROR(WriteFileAtomically(request.orders.expected_output, *check->program.output));
  }
  return use(request, sources, program);
}

absl::StatusOr<Evidence> Grading::Run(RunRequest request, const std::string& tests, const StagedSubmission& staged,
                                      const BuiltProgram& program) const {
  Evidence evidence;
  const auto examine = [&](const RunRequest& full_request, const SourceMap& sources,
                           const BuiltProgram&) -> absl::Status {
    ASSIGN_OR_RETURN(evidence, Examine(full_request, compiler_.toolchain().symbolizer, sources));
    return AskWitnesses(full_request, staged, program, sources, evidence);
  };
  RETURN_IF_ERROR(Lend(std::move(request), tests, staged, program, examine));
  if (exercise_.kind == ExerciseKind::kTests) return evidence;
  // The one scenario of every program is its main; a finding must say which check can replay it.
  for (TestEvidence& test : evidence.tests) test.name = tests;
  for (Finding& finding : evidence.findings) finding.test = tests;
  return evidence;
}

WitnessStand Grading::StandFor(const std::filesystem::path& program, const RunRequest& request,
                               const SourceMap& sources) const {
  WitnessStand stand;
  stand.request = request;
  stand.request.program = program;
  stand.has_tests = exercise_.kind == ExerciseKind::kTests;
  stand.plain_runs = options_.plain_runs;
  stand.symbolizer = compiler_.toolchain().symbolizer;
  stand.sources = &sources;
  return stand;
}

absl::Status Grading::AskWitnesses(const RunRequest& request, const StagedSubmission& staged,
                                   const BuiltProgram& program, const SourceMap& sources, Evidence& evidence) const {
  if (!options_.asks_witness) return absl::OkStatus();
  if (IsAskedAboutAny(kThreadWitness, evidence.findings) || !evidence.passing.empty()) {
    const auto linked = LinkWitness(exercise_, program, installation_, compiler_);
    if (absl::IsCancelled(linked.status())) return linked.status();
    if (!linked.ok()) {
      NoteAbsence(kThreadWitness, linked.status(), evidence.findings);
    } else {
      const WitnessStand stand = StandFor(*linked, request, sources);
      RETURN_IF_ERROR(AskAboutFindings(kThreadWitness, stand, evidence.findings));
      RETURN_IF_ERROR(AskAboutPassing(stand, evidence));
    }
  }
  if (IsAskedAboutAny(kAddressWitness, evidence.findings)) {
    const auto built = BuildAddressWitness(exercise_, staged, installation_, compiler_, options_.jobs);
    if (absl::IsCancelled(built.status())) return built.status();
    if (!built.ok()) {
      NoteAbsence(kAddressWitness, built.status(), evidence.findings);
    } else {
      RETURN_IF_ERROR(AskAboutFindings(kAddressWitness, StandFor(*built, request, sources), evidence.findings));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Evidence> Grading::RunCheck(const Check& check, const StagedSubmission& staged,
                                           const BuiltProgram& program) const {
  RunRequest request;
  request.orders.seed = options_.seed;
  if (options_.asks_witness && options_.samples_passing) request.orders.passing_itineraries = kPassingExecutionsToAsk;
  request.orders.schedules = options_.schedules ? options_.schedules(check) : check.schedules;
  if (options_.on_progress) {
    options_.on_progress(check.id);
    request.on_progress = [&](const TraceProgress& progress) {
      options_.on_progress(absl::StrCat(check.id, ": ", progress.executions, " of ", progress.schedules, " schedules"));
    };
  }
  return Run(std::move(request), check.tests, staged, program);
}

absl::StatusOr<Grading::Rebuilt> Grading::Rebuild(const Submission& submission) const {
  ASSIGN_OR_RETURN(auto staged, Stage(exercise_, submission));
  auto* files = std::get_if<StagedSubmission>(&staged);
  if (files == nullptr) return absl::FailedPreconditionError("the submission's files are no longer there");
  ASSIGN_OR_RETURN(auto built, BuildSubmission(exercise_, *files, installation_, compiler_, options_.jobs));
  auto* program = std::get_if<BuiltProgram>(&built);
  if (program == nullptr) return absl::FailedPreconditionError("the submission no longer compiles");
  return Rebuilt{.staged = std::move(*files), .program = std::move(*program)};
}

absl::Status Grading::LendReplay(const Submission& submission, const std::string& test, const std::string& schedule,
                                 const Use& use) const {
  ASSIGN_OR_RETURN(const Rebuilt rebuilt, Rebuild(submission));
  RunRequest request;
  request.orders.seed = options_.seed;
  request.orders.replay = schedule;
  return Lend(std::move(request), test, rebuilt.staged, rebuilt.program, use);
}

absl::StatusOr<Evidence> Grading::Replay(const Submission& submission, const std::string& test,
                                         const std::string& schedule, int repeat) const {
  ASSIGN_OR_RETURN(const Rebuilt rebuilt, Rebuild(submission));
  RunRequest request;
  request.orders.seed = options_.seed;
  request.orders.replay = schedule;
  request.orders.repeat = repeat;
  return Run(std::move(request), test, rebuilt.staged, rebuilt.program);
}

}  // namespace racecourse::grader
