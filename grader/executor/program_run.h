#ifndef RACECOURSE_GRADER_EXECUTOR_PROGRAM_RUN_H_
#define RACECOURSE_GRADER_EXECUTOR_PROGRAM_RUN_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grader/system/subprocess.h"
#include "grader/trace/trace.h"
#include "grader/trace/trace_reader.h"

namespace racecourse::grader {

// The orders that a program takes from the variable RACECOURSE.
struct RunOrders {
  std::optional<std::int64_t> schedules;  // nullopt: each test's own budget
  std::optional<double> seconds;
  std::uint64_t seed = 1;
  std::string strategy;  // empty: the program's default
  std::string replay;    // a schedule; then only this one is run
  int repeat = 1;
  bool shares_files = false;              // other explorers run the same program in the same folder
  bool ignores_exit_status = false;       // it may differ from schedule to schedule
  std::uint32_t faults = 0;               // what may go wrong around it: the bits of racecourse/faults.h
  std::optional<int> expected_status;     // of a whole program, under every schedule
  std::filesystem::path expected_output;  // a file with what it prints under every schedule; empty: anything

  int passing_itineraries = 0;  // how many of passing executions to tell

  // For a program of a witness variant: then nothing above counts but the seed.
  std::filesystem::path itineraries;  // a file with one on each line
  int plain_runs = 0;                 // where there are none to follow

  // "trace_fd=3;schedules=2000;seed=1"
  std::string ToString() const;
};

// What a submission finds in its environment, besides its orders.
std::vector<std::string> FixedEnvironment();

struct RunRequest {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  RunOrders orders;
  std::filesystem::path input_file;   // empty: nothing to read
  std::filesystem::path directory;    // where it runs; empty: here
  std::string input;                  // what it reads where there is no input_file
  bool inherits_environment = false;  // else a fixed one
  bool ends_gently = false;           // interrupted, it may still tell what it found
  double wall_seconds = 60;           // a backstop; then it is killed
  TraceReader::ProgressListener on_progress;
};

struct ProgramRun {
  Trace trace;
  ProcessResult process;
  absl::Status trace_status;  // not OK: the trace made no sense, and `trace` is what came before that
};

// Runs the program once, as a child with limits, and reads its trace. An error means that it could not be run at all
// or that the user interrupted us.
absl::StatusOr<ProgramRun> RunProgram(const RunRequest& request);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_PROGRAM_RUN_H_
