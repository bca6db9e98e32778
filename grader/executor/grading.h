#ifndef RACECOURSE_GRADER_EXECUTOR_GRADING_H_
#define RACECOURSE_GRADER_EXECUTOR_GRADING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grader/catalog/exercise.h"
#include "grader/compile/compiler.h"
#include "grader/compile/installation.h"
#include "grader/compile/submission.h"
#include "grader/compile/submission_build.h"
#include "grader/executor/carried_run.h"
#include "grader/executor/program_run.h"
#include "grader/executor/source_map.h"
#include "grader/rubric/result.h"

namespace racecourse::grader {

struct GradingOptions {
  std::uint64_t seed = 1;
  std::function<int(const Check&)> schedules;          // instead of the check's own budget, if there is one
  int jobs = 1;                                        // processes at a time, compilers and programs
  double wall_seconds = 60;                            // per check; a backstop
  bool asks_witness = true;                            // the sanitizers about what is found
  bool samples_passing = false;                        // ThreadSanitizer about some passing executions of each test too
  int plain_runs = 0;                                  // of ThreadSanitizer without our scheduler, per data race
  std::function<void(absl::string_view)> on_progress;  // "compiling", "fifo: 500 of 2,000 schedules"; from any thread
};

// The one page of the grader: stage, vet, build, examine, judge. Thread-safe: one Grading serves all submissions.
class Grading {
 public:
  Grading(const Exercise& exercise, const Installation& installation, const Compiler& compiler, GradingOptions options)
      : exercise_(exercise), installation_(installation), compiler_(compiler), options_(std::move(options)) {}

  // An error only when the user interrupted us; whatever else goes wrong on our side is in the result.
  absl::StatusOr<SubmissionResult> Grade(const Submission& submission) const;

  // What else can be done with a program, its request and the map of its sources than examine it.
  using Use = std::function<absl::Status(const RunRequest&, const SourceMap&, const BuiltProgram&)>;
  // Builds the submission, and lends what the replay of one schedule of one test needs.
  absl::Status LendReplay(const Submission& submission, const std::string& test, const std::string& schedule,
                          const Use& use) const;

  // Replays one schedule of one test `repeat` times from the start.
  absl::StatusOr<Evidence> Replay(const Submission& submission, const std::string& test, const std::string& schedule,
                                  int repeat) const;

 private:
  struct Rebuilt {
    StagedSubmission staged;
    BuiltProgram program;
  };
  // A submission that was graded before.
  absl::StatusOr<Rebuilt> Rebuild(const Submission& submission) const;
  absl::StatusOr<std::vector<CheckResult>> RunChecks(const StagedSubmission& staged, const BuiltProgram& program) const;
  // Fills in how the tests of that name are run, or the whole program as the check of that name says, and lends the
  // result. `request` has the orders.
  absl::Status Lend(RunRequest request, const std::string& tests, const StagedSubmission& staged,
                    const BuiltProgram& program, const Use& use) const;
  // Examines what Lend lends.
  absl::StatusOr<Evidence> Run(RunRequest request, const std::string& tests, const StagedSubmission& staged,
                               const BuiltProgram& program) const;
  absl::StatusOr<Evidence> RunCheck(const Check& check, const StagedSubmission& staged,
                                    const BuiltProgram& program) const;
  // Adds what the sanitizers say about data races and about memory. `request` is as the systematic program was run.
  absl::Status AskWitnesses(const RunRequest& request, const StagedSubmission& staged, const BuiltProgram& program,
                            const SourceMap& sources, Evidence& evidence) const;
  WitnessStand StandFor(const std::filesystem::path& program, const RunRequest& request,
                        const SourceMap& sources) const;

  const Exercise& exercise_;
  const Installation& installation_;
  const Compiler& compiler_;
  const GradingOptions options_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_GRADING_H_
