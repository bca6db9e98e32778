#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "grader/cli/commands.h"
#include "grader/cli/progress_line.h"
#include "grader/report/observation.h"
#include "grader/report/results_file.h"
#include "grader/report/terminal.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

struct ObserveOptions {
  std::string subject;
  double seconds = 0.1;
  fs::path chart;
  bool as_json = false;
};

// The program that looks at itself stands beside this one.
absl::StatusOr<fs::path> ObservingProgram() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path() / "racecourse-observe";
  if (fs::exists(program, error)) return program;
  return absl::NotFoundError(
      absl::StrCat(program.string(), " is missing; build it with: cmake --workflow --preset release"));
}

absl::StatusOr<ExitStatus> Observe(const ObserveOptions& options) {
  if (options.seconds == 0 && !options.chart.empty()) {
    return absl::InvalidArgumentError("--svg draws the costs, and --seconds 0 measures none");
  }
  ASSIGN_OR_RETURN(const fs::path program, ObservingProgram());
  Command command;
  command.arguments = {program.string(), absl::StrCat(options.seconds)};
  command.limits.wall_seconds = 300;
  std::string output;
  {
    ProgressLine progress(!options.as_json);
    progress.Show("measuring");
    ASSIGN_OR_RETURN(output, OutputOf(command));
  }
  const auto observation = nlohmann::json::parse(output, nullptr, false);
  if (observation.is_discarded()) return absl::InternalError(absl::StrCat(program.string(), " did not print JSON"));
  if (!options.chart.empty()) {
    ASSIGN_OR_RETURN(const std::string chart, ObservationChart(observation));
    RETURN_IF_ERROR(WriteFileAtomically(options.chart, chart));
  }
  std::string text;
  if (options.as_json) {
    text = JsonText(observation);
  } else {
    ASSIGN_OR_RETURN(text, ObservationText(observation, TerminalStyle::For(STDOUT_FILENO)));
  }
  std::fputs(text.c_str(), stdout);
  return ExitStatus::kPassed;
}

}  // namespace

void AddObserveCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("observe", "See on this machine what a process is, and what it costs");
  command->footer(
      "A small program (grader/observe/) runs as any program does, not under the scheduler, and asks the kernel: what "
      "is\n"
      "behind the same address in parent and child, what copy-on-write copied, which descriptors are shared, and what "
      "a\n"
      "process, a thread and a coroutine cost to create and to switch to.\n\n"
      "Examples:\n"
      "  racecourse observe processes\n"
      "  racecourse observe processes --svg costs.svg      and a chart of the costs\n"
      "  racecourse observe processes --seconds 0 --json   without the costs, for a machine to read");
  auto options = std::make_shared<ObserveOptions>();
  command->add_option("subject", options->subject, "What to look at: processes")
      ->required()
      ->check(CLI::IsMember({"processes"}));
  command->add_option("--seconds", options->seconds, "How long to measure each cost, five times; 0: no costs")
      ->check(CLI::Range(0.0, 3.0))
      ->capture_default_str();
  command->add_option("--svg", options->chart, "Write a chart of the costs to this file");
  command->add_flag("--json", options->as_json, "Print one JSON object");
  command->callback([options, &invocation] { invocation.run = [options] { return Observe(*options); }; });
}

}  // namespace racecourse::grader
