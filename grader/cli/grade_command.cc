#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "grader/cli/commands.h"
#include "grader/cli/course.h"
#include "grader/cli/progress_line.h"
#include "grader/executor/grading.h"
#include "grader/report/results_file.h"
#include "grader/report/score_table.h"
#include "grader/system/file.h"
#include "grader/system/interrupt.h"
#include "grader/system/parallel.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

struct GradeOptions {
  std::vector<std::string> paths;
  std::string exercise;
  std::string out;
  int jobs = UsableProcessors();
  std::uint64_t seed = 1;
  std::string format = "json";
  bool no_witness = false;
};

// Collects results as they come and keeps results.json up to date, so that stopping at any moment loses only what was
// being graded. Thread-safe.
class Gradebook {
 public:
  Gradebook(fs::path directory, std::uint64_t seed, std::size_t count)
      : directory_(std::move(directory)), seed_(seed), results_(count) {}

  void Add(std::size_t place, SubmissionResult result) {
    const std::lock_guard lock(mutex_);
    for (CheckResult& check : result.checks) {
      int number = 0;
      for (Finding& finding : check.findings) {
        finding.id = absl::StrCat(result.id, "/", check.id, "/", ++number);
        std::error_code ignored;
        const KeptFailure failure{.exercise = result.exercise,
                                  .submission_path = fs::absolute(result.path, ignored).lexically_normal().string(),
                                  .seed = seed_,
                                  .finding = finding};
        Remember(KeepFailure(directory_ / "details", failure));
      }
    }
    results_[place] = std::move(result);
    ++finished_;
    Remember(WriteResults(directory_, Finished()));
  }

  // In the order of the submissions.
  std::vector<SubmissionResult> Finished() const {
    std::vector<SubmissionResult> finished;
    for (const auto& result : results_) {
      if (result) finished.push_back(*result);
    }
    return finished;
  }

  std::size_t finished_count() {
    const std::lock_guard lock(mutex_);
    return finished_;
  }
  const absl::Status& status() const { return status_; }

 private:
  void Remember(const absl::Status& status) { status_.Update(status); }

  std::mutex mutex_;
  const fs::path directory_;
  const std::uint64_t seed_;
  std::vector<std::optional<SubmissionResult>> results_;
  std::size_t finished_ = 0;
  absl::Status status_;
};

absl::StatusOr<ExitStatus> Grade(const GradeOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Course> course, Course::Open());
  ASSIGN_OR_RETURN(const Exercise* exercise, course->catalog().Find(options.exercise));
  ASSIGN_OR_RETURN(const std::vector<Submission> submissions,
                   FindSubmissions(*exercise, {options.paths.begin(), options.paths.end()}));
  if (submissions.empty()) return absl::NotFoundError("there are no submissions to grade");
  RETURN_IF_ERROR(CreateDirectories(options.out));
  std::error_code ignored;
  fs::remove_all(fs::path(options.out) / "details", ignored);

  ProgressLine progress;
  Gradebook book(options.out, options.seed, submissions.size());
  // With several submissions at a time each gets one process; with one, it gets them all.
  const bool side_by_side = submissions.size() > 1;
  ForEachInParallel(submissions.size(), side_by_side ? options.jobs : 1, [&](std::size_t i) {
    if (IsInterrupted()) return;
    GradingOptions grading_options;
    grading_options.seed = options.seed;
    grading_options.asks_witness = !options.no_witness;
    grading_options.jobs = side_by_side ? 1 : options.jobs;
    grading_options.on_progress = [&](absl::string_view text) {
      progress.Show(
          absl::StrCat("[", book.finished_count(), "/", submissions.size(), "] ", submissions[i].id, ": ", text));
    };
    const Grading grading(*exercise, course->installation(), course->compiler(), grading_options);
    auto result = grading.Grade(submissions[i]);
    if (result.ok()) book.Add(i, *std::move(result));
  });
  progress.Clear();

  const std::vector<SubmissionResult> results = book.Finished();
  std::fputs(ClassTable(results, TerminalStyle::For(STDOUT_FILENO)).c_str(), stdout);
  RETURN_IF_ERROR(book.status());
  const std::string written = (fs::path(options.out) / "results.json").string();
  if (IsInterrupted()) {
    return absl::CancelledError(absl::StrCat("interrupted; ", results.size(), " of ", submissions.size(),
                                             " submissions were graded", results.empty() ? "" : ": ",
                                             results.empty() ? "" : written));
  }
  std::printf("\n%s\nmore about it: racecourse report %s\n", written.c_str(), options.out.c_str());
  ExitStatus status = ExitStatus::kPassed;
  for (const SubmissionResult& result : results) status = Worse(status, ExitStatusOf(result.status));
  return status;
}

}  // namespace

void AddGradeCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("grade", "Grade submissions");
  command->footer(
      "Examples:\n"
      "  racecourse grade submissions/ --exercise whiteboard-tally --out results\n"
      "  racecourse grade alice/ bob/tally.h --exercise T1 --out results --jobs 8\n\n"
      "A folder with the exercise's files is one submission; any other folder holds one in each of its folders.\n"
      "Writes results.json (schema racecourse-results-1) and details/ into the folder given by --out.");
  auto options = std::make_shared<GradeOptions>();
  command->add_option("PATH", options->paths, "Submissions, or folders of submissions")->required();
  command->add_option("--exercise", options->exercise, "An id or a number from `racecourse list`")->required();
  command->add_option("--out", options->out, "Folder for the results")->required();
  command->add_option("--jobs", options->jobs, "Submissions at a time")->check(CLI::Range(1, 1024));
  command->add_option("--seed", options->seed, "Seed of the schedules")->capture_default_str();
  command->add_option("--format", options->format, "What to write")
      ->check(CLI::IsMember({"json"}))
      ->capture_default_str();
  command->add_flag("--no-witness", options->no_witness, "Do not ask the sanitizers about what is found");
  command->callback([options, &invocation] { invocation.run = [options] { return Grade(*options); }; });
}

}  // namespace racecourse::grader
