#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "grader/cli/commands.h"
#include "grader/cli/course.h"
#include "grader/cli/progress_line.h"
#include "grader/cli/student_folder.h"
#include "grader/executor/grading.h"
#include "grader/report/results_file.h"
#include "grader/report/score_table.h"
#include "grader/system/parallel.h"
#include "grader/system/status_macros.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

struct CheckOptions {
  std::string directory = ".";
  std::string exercise;
  std::uint64_t seed = 1;
  int schedules = 0;
  int jobs = UsableProcessors();
  bool as_json = false;
  bool no_witness = false;
};

// Names the findings and keeps them where `replay` looks. Failing to keep them costs only the replay by name.
void KeepFailures(const fs::path& directory, std::uint64_t seed, SubmissionResult& result) {
  const fs::path folder = FailuresIn(directory);
  std::error_code ignored;
  fs::remove_all(folder / result.exercise, ignored);
  for (CheckResult& check : result.checks) {
    int number = 0;
    for (Finding& finding : check.findings) {
      finding.id = absl::StrCat(result.exercise, "/", check.id, "/", ++number);
      const KeptFailure failure{.exercise = result.exercise,
                                .submission_path = fs::absolute(directory, ignored).lexically_normal().string(),
                                .seed = seed,
                                .finding = finding};
      if (!KeepFailure(folder, failure).ok()) finding.id.clear();
    }
  }
}

absl::StatusOr<ExitStatus> CheckFolder(const CheckOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Course> course, Course::Open());
  ASSIGN_OR_RETURN(const Exercise* exercise, ExerciseOf(options.directory, options.exercise, course->catalog()));
  ProgressLine progress(!options.as_json);
  GradingOptions grading_options;
  grading_options.seed = options.seed;
  if (options.schedules > 0) grading_options.schedules = [&](const Check&) { return options.schedules; };
  grading_options.asks_witness = !options.no_witness;
  grading_options.jobs = options.jobs;
  grading_options.on_progress = [&](absl::string_view text) { progress.Show(text); };
  const Grading grading(*exercise, course->installation(), course->compiler(), grading_options);
  ASSIGN_OR_RETURN(SubmissionResult result, grading.Grade({.id = exercise->id, .path = options.directory}));
  if (fs::is_directory(options.directory)) KeepFailures(options.directory, options.seed, result);
  progress.Clear();
  if (options.as_json) {
    std::fputs(JsonText(ResultsToJson({result}, /*has_details=*/true)).c_str(), stdout);
  } else {
    const std::string where = options.directory == "." ? "" : absl::StrCat(" ", options.directory);
    std::fputs(SubmissionReport(result, where, TerminalStyle::For(STDOUT_FILENO)).c_str(), stdout);
  }
  return ExitStatusOf(result.status);
}

}  // namespace

void AddCheckCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("check", "Check your own work");
  command->footer(
      "Examples:\n  racecourse check\n  racecourse check ~/tally\n  racecourse check --exercise whiteboard-tally .");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("DIR", options->directory, "The folder with your files")->capture_default_str();
  command->add_option("--exercise", options->exercise, "Which exercise it is, if the folder does not say");
  command->add_option("--seed", options->seed, "Seed of the schedules")->capture_default_str();
  command->add_option("--schedules", options->schedules, "Schedules per test, instead of each check's own budget")
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--jobs", options->jobs, "Processes at a time")->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->as_json, "Print the results as JSON (schema racecourse-results-1)");
  command->add_flag("--no-witness", options->no_witness, "Do not ask the sanitizers about what is found");
  command->callback([options, &invocation] { invocation.run = [options] { return CheckFolder(*options); }; });
}

}  // namespace racecourse::grader
