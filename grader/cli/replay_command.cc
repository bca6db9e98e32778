#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/catalog/nearest_name.h"
#include "grader/cli/commands.h"
#include "grader/cli/course.h"
#include "grader/cli/fault_names.h"
#include "grader/cli/student_folder.h"
#include "grader/debug/session.h"
#include "grader/executor/examine.h"
#include "grader/executor/grading.h"
#include "grader/report/finding_report.h"
#include "grader/report/results_file.h"
#include "grader/system/parallel.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr char kSchedulePrefix[] = "rc1:";
constexpr double kReplaySecondsMax = 600;

struct ReplayOptions {
  std::string what;  // a schedule or the id of a failure
  std::string directory = ".";
  std::string exercise;
  std::string test;
  std::string input_file;  // of a whole program
  std::string faults;      // the same: names, with commas between
  std::string debugger;    // "gdb", "lldb"; empty: report instead
  std::string carried;     // the whole program of the debugger variant
  int times = 1;
};

// What is to be replayed, and against what.
struct Target {
  std::string exercise;
  fs::path submission;
  std::string test;
  std::string schedule;
  std::uint64_t seed = 1;
};

Target TargetOf(const KeptFailure& failure) {
  return {.exercise = failure.exercise,
          .submission = failure.submission_path,
          .test = failure.finding.test,
          .schedule = failure.finding.schedule,
          .seed = failure.seed};
}

// Failures are kept in the student's folder by `check` and in the results' folder by `grade`.
absl::StatusOr<Target> FindFailure(const ReplayOptions& options) {
  std::vector<std::string> known;
  for (const fs::path& folder : {FailuresIn(options.directory), fs::path(options.directory) / "details"}) {
    for (const KeptFailure& failure : ReadFailures(folder)) {
      if (failure.finding.id == options.what || failure.finding.schedule == options.what) {
        if (failure.finding.schedule.empty()) {
          return absl::InvalidArgumentError(absl::StrCat(options.what, ": a ", failure.finding.kind,
                                                         " is not the doing of "
                                                         "one schedule, so there is none to replay"));
        }
        return TargetOf(failure);
      }
      known.push_back(failure.finding.id);
    }
  }
  if (absl::StartsWith(options.what, kSchedulePrefix))
    return Target{.exercise = options.exercise,
                  .submission = options.directory,
                  .test = options.test,
                  .schedule = options.what,
                  .seed = 1};
  return absl::NotFoundError(
      absl::StrCat("no failure '", options.what, "' is kept in ", options.directory,
                   known.empty() ? "; run `racecourse check` first" : DidYouMean(options.what, known)));
}

// The one test of an exercise that has one; more than one cannot be told apart by a schedule alone.
absl::StatusOr<std::string> OnlyTest(const Exercise& exercise) {
  std::vector<std::string> tests;
  for (const Check& check : exercise.checks) tests.push_back(check.tests);
  if (tests.size() == 1 && !absl::StrContains(tests[0], ":") && !absl::StrContains(tests[0], "*")) return tests[0];
  return absl::InvalidArgumentError("which test? A schedule belongs to one: --test Suite.Name");
}

// A schedule that makes no sense is the user's; the engine is the one that knows.
absl::Status FailureToReplay(const ReplayOptions& options, const Evidence& evidence) {
  if (!absl::StrContains(evidence.our_failure, "schedule")) return absl::InternalError(evidence.our_failure);
  const std::string::size_type reason = evidence.our_failure.find("the schedule");
  return absl::InvalidArgumentError(
      absl::StrCat("'", options.what, "' cannot be replayed: ",
                   reason == std::string::npos ? evidence.our_failure : evidence.our_failure.substr(reason),
                   "; is it the whole of what the report ends with, and the same program?"));
}

ExitStatus PrintOutcome(const Evidence& evidence, int times, const std::string& replay_command) {
  const TerminalStyle style = TerminalStyle::For(STDOUT_FILENO);
  for (const Finding& finding : evidence.findings) {
    std::fputs(FindingReport(finding, replay_command, style).c_str(), stdout);
  }
  if (evidence.findings.empty()) {
    std::fputs("This schedule does not fail now. Has the code changed since it did?\n", stdout);
    return ExitStatus::kPassed;
  }
  std::printf("reproduced %d of %d\n", evidence.reproductions, times);
  return ExitStatus::kFailed;
}

Debugger DebuggerOf(const ReplayOptions& options) {
  return options.debugger == "gdb" ? Debugger::kGdb : Debugger::kLldb;
}

absl::StatusOr<ExitStatus> DebugFailure(const ReplayOptions& options, const Grading& grading, const Exercise& exercise,
                                        const Course& course, const Submission& submission, const Target& target) {
  RETURN_IF_ERROR(FindDebugger(DebuggerOf(options)).status());
  std::error_code error;
  DebugTarget debugged;
  debugged.folders = {
      {kSubmissionName,
       fs::absolute(fs::is_directory(submission.path, error) ? submission.path : submission.path.parent_path())},
      {kExerciseName, exercise.directory},
      {kHiddenName, exercise.solutions},
      {kFrameworkName, course.installation().FrameworkHeaders()}};
  const auto debug = [&](const RunRequest& request, const SourceMap& sources,
                         const BuiltProgram& program) -> absl::Status {
    debugged.request = request;
    debugged.sources = &sources;
    ASSIGN_OR_RETURN(debugged.carried, LinkForDebugger(exercise, program, course.installation(), course.compiler()));
    return DebugSchedule(debugged, DebuggerOf(options), course.compiler().toolchain(), course.installation());
  };
  RETURN_IF_ERROR(grading.LendReplay(submission, target.test, target.schedule, debug));
  return ExitStatus::kPassed;
}

absl::StatusOr<ExitStatus> ReplayFailure(const ReplayOptions& options) {
  if (!options.faults.empty()) {
    return absl::InvalidArgumentError(
        "--faults is for a whole program, named behind --; a test asks for its faults itself");
  }
  ASSIGN_OR_RETURN(Target target, FindFailure(options));
  ASSIGN_OR_RETURN(const std::unique_ptr<Course> course, Course::Open());
  ASSIGN_OR_RETURN(
      const Exercise* exercise,
      ExerciseOf(target.submission, options.exercise.empty() ? target.exercise : options.exercise, course->catalog()));
  if (!options.test.empty()) target.test = options.test;
  if (target.test.empty()) {
    ASSIGN_OR_RETURN(target.test, OnlyTest(*exercise));
  }
  GradingOptions grading_options;
  grading_options.seed = target.seed;
  grading_options.jobs = UsableProcessors();
  grading_options.wall_seconds = kReplaySecondsMax;
  const Grading grading(*exercise, course->installation(), course->compiler(), grading_options);
  const Submission submission = {.id = exercise->id, .path = target.submission};
  if (!options.debugger.empty()) return DebugFailure(options, grading, *exercise, *course, submission, target);
  ASSIGN_OR_RETURN(const Evidence evidence, grading.Replay(submission, target.test, target.schedule, options.times));
  if (!evidence.our_failure.empty()) return FailureToReplay(options, evidence);
  const std::string where = options.directory == "." ? "" : absl::StrCat(" ", options.directory);
  return PrintOutcome(evidence, options.times, absl::StrCat("racecourse replay ", options.what, where));
}

absl::StatusOr<ExitStatus> ReplayProgram(const ReplayOptions& options, const std::vector<std::string>& program) {
  if (program.empty())
    return absl::InvalidArgumentError("name the program behind --: racecourse replay SCHEDULE -- PROGRAM");
  const fs::path file = FindProgram(program.front());
  if (file.empty()) return absl::NotFoundError(absl::StrCat(program.front(), ": no such program"));
  if (!absl::StartsWith(options.what, kSchedulePrefix)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", options.what, "' is no schedule; one begins with ", kSchedulePrefix));
  }
  ASSIGN_OR_RETURN(const Toolchain toolchain, FindToolchain());
  RunRequest request;
  request.program = fs::absolute(file);
  request.arguments.assign(program.begin() + 1, program.end());
  request.orders.replay = options.what;
  request.orders.repeat = options.times;
  ASSIGN_OR_RETURN(request.orders.faults, FaultsNamed(options.faults));
  request.input_file = options.input_file;
  request.inherits_environment = true;
  request.wall_seconds = kReplaySecondsMax;
  SourceMap sources;
  sources.AddWholeProgram({FindInstallation().source / "framework"});
  if (!options.debugger.empty()) {
    if (request.orders.faults != 0) {
      return absl::InvalidArgumentError("--debugger cannot follow a schedule with --faults: nothing fails around it");
    }
    if (options.carried.empty()) {
      return absl::InvalidArgumentError(
          "a debugger needs the program on threads of the operating system: build it once more with `racecourse c++ "
          "--variant debugger -o FILE …`, and name it with --program FILE");
    }
    DebugTarget debugged = {
        .request = request, .carried = fs::absolute(options.carried), .sources = &sources, .folders = {}};
    RETURN_IF_ERROR(DebugSchedule(debugged, DebuggerOf(options), toolchain, FindInstallation()));
    return ExitStatus::kPassed;
  }
  ASSIGN_OR_RETURN(const Evidence evidence, Examine(request, toolchain.symbolizer, sources));
  if (!evidence.has_trace) {
    return absl::InvalidArgumentError(
        absl::StrCat(program.front(), " did not answer: it must be built with `racecourse c++` or `racecourse cc`"));
  }
  if (!evidence.our_failure.empty()) return FailureToReplay(options, evidence);
  return PrintOutcome(evidence, options.times,
                      absl::StrCat("racecourse replay ", options.what,
                                   options.faults.empty() ? "" : absl::StrCat(" --faults ", options.faults), " -- ",
                                   absl::StrJoin(program, " ")));
}

}  // namespace

void AddReplayCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("replay", "See a failure again, step by step the same");
  command->footer(
      "Examples:\n"
      "  racecourse replay whiteboard-tally/totals/1          a failure that `check` printed\n"
      "  racecourse replay alice/totals/1 results --times 100 one that `grade --out results` kept\n"
      "  racecourse replay rc1:0a3f --test Tally.Totals       a schedule, for one test\n"
      "  racecourse replay rc1:0a3f -- ./demo                 a schedule of a whole program\n"
      "  racecourse replay rc1:0a3f --faults short -- ./demo  one that was found with these faults\n"
      "  racecourse replay whiteboard-tally/totals/1 --debugger gdb");
  auto options = std::make_shared<ReplayOptions>();
  command->add_option("SCHEDULE|FAILURE", options->what, "A schedule (rc1:…), or the id of a failure")->required();
  command->add_option("DIR", options->directory, "The folder of the submission, or of `grade`'s results")
      ->capture_default_str();
  command->add_option("--exercise", options->exercise, "Which exercise it is, if the folder does not say");
  command->add_option("--test", options->test, "Which test a bare schedule belongs to (Suite.Name)");
  command->add_option("--times", options->times, "How often")->check(CLI::Range(1, 100000))->capture_default_str();
  command->add_option("--input", options->input_file, "What a whole program reads on its standard input");
  AddFaultsOption(*command, &options->faults);
  command
      ->add_option("--debugger", options->debugger,
                   "Follow the schedule in a debugger, which stops at the steps that matter")
      ->check(CLI::IsMember({"gdb", "lldb"}));
  command
      ->add_option("--program", options->carried,
                   "For the debugger: the same whole program built with --variant debugger")
      ->check(CLI::ExistingFile);
  command->callback([options, &invocation] {
    invocation.run = [options, program = invocation.program] {
      return program ? ReplayProgram(*options, *program) : ReplayFailure(*options);
    };
  });
}

}  // namespace racecourse::grader
