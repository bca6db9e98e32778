#include "grader/executor/program_run.h"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grader/system/status_macros.h"

extern char** environ;

namespace racecourse::grader {
namespace {

constexpr std::size_t kOutputBytesKept = 1 << 16;
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;  // the engine's own shared memory counts as a file
constexpr std::uint64_t kOpenFilesMax = 1024;

std::vector<std::string> OwnEnvironment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!absl::StartsWith(*entry, "RACECOURSE=")) environment.emplace_back(*entry);
  }
  return environment;
}

}  // namespace

std::vector<std::string> FixedEnvironment() { return {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"}; }

std::string RunOrders::ToString() const {
  std::string text = absl::StrCat("trace_fd=", kTraceDescriptor);
  if (!itineraries.empty()) return absl::StrCat(text, ";seed=", seed, ";itineraries=", itineraries.string());
  if (plain_runs > 0) return absl::StrCat(text, ";plain_runs=", plain_runs);
  if (!replay.empty()) {
    absl::StrAppend(&text, ";replay=", replay, ";repeat=", repeat);
  } else {
    if (schedules) absl::StrAppend(&text, ";schedules=", *schedules);
    if (seconds) absl::StrAppend(&text, ";seconds=", *seconds);
    if (!strategy.empty()) absl::StrAppend(&text, ";strategy=", strategy);
  }
  absl::StrAppend(&text, ";seed=", seed);
  if (passing_itineraries > 0) absl::StrAppend(&text, ";itineraries=", passing_itineraries);
  if (faults != 0) absl::StrAppend(&text, ";faults=", faults);
  if (shares_files) absl::StrAppend(&text, ";shares_files=1");
  if (ignores_exit_status) absl::StrAppend(&text, ";ignore_exit_status=1");
  if (expected_status) absl::StrAppend(&text, ";expect_status=", *expected_status);
  if (!expected_output.empty()) absl::StrAppend(&text, ";expect_output=", expected_output.string());
  return text;
}

absl::StatusOr<ProgramRun> RunProgram(const RunRequest& request) {
  TraceReader reader(request.on_progress);
  ProgramRun run;
  Command command;
  command.arguments = {request.program.string()};
  command.arguments.insert(command.arguments.end(), request.arguments.begin(), request.arguments.end());
  command.directory = request.directory;
  command.environment = request.inherits_environment ? OwnEnvironment() : FixedEnvironment();
  command.environment->push_back(absl::StrCat("RACECOURSE=", request.orders.ToString()));
  command.input_file = request.input_file;
  command.input = request.input;
  command.ends_gently = request.ends_gently;
  // After a trace that makes no sense the rest is read and dropped, so that the program's end is seen all the same.
  command.on_trace = [&](absl::string_view bytes) {
    if (run.trace_status.ok()) run.trace_status = reader.Feed(bytes);
    return absl::OkStatus();
  };
  command.limits.wall_seconds = request.wall_seconds;
  command.limits.cpu_seconds = static_cast<std::uint64_t>(std::ceil(request.wall_seconds)) * 2;
  command.limits.file_bytes = kFileBytesMax;
  command.limits.open_files = kOpenFilesMax;
  command.limits.output_bytes_kept = kOutputBytesKept;
  ASSIGN_OR_RETURN(run.process, RunProcess(command));
  run.trace = std::move(reader).Finish();
  return run;
}

}  // namespace racecourse::grader
