#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "grader/cli/commands.h"
#include "grader/cli/exploration.h"
#include "grader/cli/fault_names.h"
#include "grader/cli/progress_line.h"
#include "grader/compile/installation.h"
#include "grader/compile/toolchain.h"
#include "grader/executor/address_findings.h"
#include "grader/executor/address_witness.h"
#include "grader/executor/examine.h"
#include "grader/executor/witness.h"
#include "grader/report/finding_json.h"
#include "grader/report/finding_report.h"
#include "grader/report/results_file.h"
#include "grader/system/interrupt.h"
#include "grader/system/parallel.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

constexpr double kWallSecondsMax = 24 * 3600;
constexpr double kSecondsToFinish = 60;  // for confirming, shrinking and the like after --seconds are over

std::string AsJson(const ExplorationResult& result) {
  nlohmann::json findings = nlohmann::json::array();
  for (const Finding& finding : result.findings) findings.push_back(FindingToJson(finding));
  return JsonText({{"status", result.status},
                   {"executions", result.executions},
                   {"strength", result.strength},
                   {"reason", result.reason},
                   {"event_hash", result.event_hash},
                   {"schedules_per_second", result.schedules_per_second},
                   {"findings", std::move(findings)},
                   {"passing_sample", SampleToJson(result.sample)}});
}

std::string AsText(const ExplorationResult& result, const ExplorationOptions& options, const TerminalStyle& style) {
  const std::string faults = options.faults.empty() ? "" : absl::StrCat("--faults ", options.faults, " ");
  std::string text;
  for (const Finding& finding : result.findings) {
    const std::string replay = finding.schedule.empty()
                                   ? ""
                                   : absl::StrCat("racecourse replay ", finding.schedule, " ", faults, "-- ",
                                                  absl::StrJoin(options.program, " "));
    absl::StrAppend(&text, FindingReport(finding, replay, style), "\n");
  }
  const Ink ink = result.status == "passed" ? Ink::kGreen : result.status == "failed" ? Ink::kRed : Ink::kYellow;
  absl::StrAppend(&text, style.Paint(ink, result.status));
  if (!result.strength.empty()) {
    absl::StrAppend(&text, ": ", result.strength);
  } else if (!result.reason.empty()) {
    absl::StrAppend(&text, ": ", result.reason);
  }
  absl::StrAppend(&text, absl::StrFormat(" (%s executions, %s/s)\n", WithThousands(result.executions),
                                         WithThousands(static_cast<long long>(result.schedules_per_second))));
  absl::StrAppend(&text, SampleText(result.sample));
  return text;
}

constexpr double kSecondsBeforeWeSayWhy = 1;

// All of our standard input where that is a pipe or a file: a program reads the same in every execution.
absl::StatusOr<std::string> ReadStandardInput() {
  struct stat status;
  if (fstat(STDIN_FILENO, &status) != 0 || !(S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode))) return "";
  std::string input;
  char buffer[1 << 16];
  bool has_said = false;
  while (!IsInterrupted()) {
    pollfd wait = {STDIN_FILENO, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(kSecondsBeforeWeSayWhy * 1000)) == 0) {
      if (!has_said)
        std::fputs("racecourse: waiting for the end of standard input (none wanted: < /dev/null)\n", stderr);
      has_said = true;
      continue;
    }
    const ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot read standard input");
    if (count == 0) return input;
    input.append(buffer, static_cast<std::size_t>(count));
  }
  return absl::CancelledError("interrupted");
}

absl::Status AskWitness(const WitnessStand& stand, Evidence& evidence) {
  ASSIGN_OR_RETURN(const std::string executor, ExecutorOf(stand));
  if (executor != kThreadSanitizer) {
    RETURN_IF_ERROR(AskAboutFindings(kAddressWitness, stand, evidence.findings));
    return AddFindingsOfPassing(stand, evidence);
  }
  RETURN_IF_ERROR(AskAboutFindings(kThreadWitness, stand, evidence.findings));
  return AskAboutPassing(stand, evidence);
}

absl::StatusOr<ExitStatus> Explore(const ExplorationOptions& options, bool as_json) {
  if (options.program.empty()) {
    return absl::InvalidArgumentError(
        "name the program behind --: racecourse explore [OPTIONS] -- PROGRAM [ARGUMENT...]");
  }
  const std::filesystem::path program = FindProgram(options.program.front());
  if (program.empty()) {
    return absl::NotFoundError(absl::StrCat(options.program.front(), ": no such program, or it cannot be executed"));
  }
  std::error_code error;
  if (!options.input_file.empty() && !std::filesystem::is_regular_file(options.input_file, error)) {
    return absl::NotFoundError(absl::StrCat(options.input_file, ": no such file"));
  }
  ASSIGN_OR_RETURN(const Toolchain toolchain, FindToolchain());
  const Installation installation = FindInstallation();

  ASSIGN_OR_RETURN(const std::uint32_t faults, FaultsNamed(options.faults));
  if (faults != 0 && !options.witnesses.empty()) {
    return absl::InvalidArgumentError("--witness cannot follow schedules with --faults: nothing fails around it");
  }
  std::string input;
  if (options.input_file.empty()) {
    ASSIGN_OR_RETURN(input, ReadStandardInput());
  }

  ProgressLine progress(!as_json);
  const std::size_t jobs = static_cast<std::size_t>(options.jobs);
  std::vector<absl::StatusOr<Evidence>> outcomes(jobs, Evidence());
  const auto explore = [&](std::size_t i, bool shares_files) {
    RunRequest request;
    request.program = std::filesystem::absolute(program);
    request.arguments.assign(options.program.begin() + 1, options.program.end());
    // The first explorers share what does not divide evenly.
    request.orders.schedules =
        options.schedules / options.jobs + (static_cast<std::int64_t>(i) < options.schedules % options.jobs);
    if (options.seconds > 0) request.orders.seconds = options.seconds;
    request.orders.seed = options.seed + i;
    request.orders.strategy = options.strategy;
    request.orders.shares_files = shares_files;
    request.orders.ignores_exit_status = options.ignores_exit_status;
    // One explorer's sample is enough.
    if (i == 0 && !options.witnesses.empty()) request.orders.passing_itineraries = kPassingExecutionsToAsk;
    request.orders.faults = faults;
    request.input_file = options.input_file;
    request.input = input;
    request.ends_gently = true;
    request.inherits_environment = true;
    request.wall_seconds = options.seconds > 0 ? options.seconds + kSecondsToFinish : kWallSecondsMax;
    if (i == 0) {
      request.on_progress = [&](const TraceProgress& now) {
        progress.Show(absl::StrCat(WithThousands(now.executions), " of ", WithThousands(now.schedules), " schedules",
                                   jobs > 1 ? absl::StrCat(" (in each of ", jobs, " processes)") : ""));
      };
    }
    SourceMap sources;
    sources.AddWholeProgram({installation.source / "framework"});
    outcomes[i] = Examine(request, toolchain.symbolizer, sources);
    for (const std::string& witness : options.witnesses) {
      if (!outcomes[i].ok()) return;
      WitnessStand stand;
      stand.request = request;
      stand.request.program = std::filesystem::absolute(witness);
      stand.plain_runs = options.plain_runs;
      stand.symbolizer = toolchain.symbolizer;
      stand.sources = &sources;
      if (absl::Status status = AskWitness(stand, *outcomes[i]); !status.ok()) outcomes[i] = status;
    }
  };
  ForEachInParallel(jobs, options.jobs, [&](std::size_t i) { explore(i, jobs > 1); });
  // What one job writes, the other must not read: programs that change files have them to themselves, one after
  // another.
  for (std::size_t i = 0; i < jobs && jobs > 1; ++i) {
    if (outcomes[i].ok() && outcomes[i]->wants_files_alone && outcomes[i]->findings.empty()) explore(i, false);
  }
  progress.Clear();
  std::vector<Evidence> parts;
  for (auto& outcome : outcomes) {
    RETURN_IF_ERROR(outcome.status());
    if (!outcome->has_trace && !outcome->ran_out_of_time) {
      return absl::InvalidArgumentError(absl::StrCat(
          options.program.front(), " did not answer: it must be built with `racecourse c++` or `racecourse cc`",
          outcome->our_failure.empty() ? "" : absl::StrCat(" (", outcome->our_failure, ")")));
    }
    parts.push_back(*std::move(outcome));
  }
  ASSIGN_OR_RETURN(const ExplorationResult result, MergeExplorations(parts));
  const std::string text = as_json ? AsJson(result) : AsText(result, options, TerminalStyle::For(STDOUT_FILENO));
  std::fputs(text.c_str(), stdout);
  if (result.status == "failed") return ExitStatus::kFailed;
  // Whoever sets a time asks for what can be found in it; nothing was.
  const bool did_as_told = result.status == "passed" || options.seconds > 0;
  return did_as_told ? ExitStatus::kPassed : ExitStatus::kGraderFailed;
}

}  // namespace

void AddExploreCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("explore", "Run a whole program under many schedules");
  command->footer(
      "Examples:\n"
      "  racecourse c++ -o demo demo.cc && racecourse explore -- ./demo\n"
      "  racecourse explore --schedules 100000 --jobs 4 --input words.txt -- ./demo --threads 3\n"
      "  racecourse explore --faults short,eintr,fork -- ./server");
  auto options = std::make_shared<ExplorationOptions>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("--schedules", options->schedules, "How many, over all jobs")
      ->check(CLI::Range(1, 2'000'000'000))
      ->capture_default_str();
  command
      ->add_option("--seconds", options->seconds,
                   "Stop after so much time; finding nothing in it is status 0, but called inconclusive")
      ->check(CLI::Range(0.001, 31'536'000.0));
  command->add_option("--seed", options->seed, "Seed of the schedules")->capture_default_str();
  command->add_option("--strategy", options->strategy, "How schedules are chosen")
      ->check(CLI::IsMember({"portfolio", "random-walk", "pct", "pos"}));
  command->add_option("--jobs", options->jobs, "Processes, each with a seed of its own")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option(
      "--input", options->input_file,
      "What the program reads on its standard input; else all of ours is read first, unless it is a terminal");
  command->add_flag("--ignore-exit-status", options->ignores_exit_status,
                    "The exit status may be 0 under one schedule and not under another");
  AddFaultsOption(*command, &options->faults);
  command
      ->add_option("--witness", options->witnesses,
                   "The same program built with --variant thread-sanitizer or address-sanitizer: what does it say "
                   "about each data race, or about each finding about memory, and about executions that pass?")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::ExistingFile);
  command->add_option("--plain-runs", options->plain_runs, "Besides, so many runs of the witness without our scheduler")
      ->check(CLI::Range(1, 100'000));
  command->add_flag("--json", *as_json, "Print one JSON object");
  command->callback([options, as_json, &invocation] {
    options->program = invocation.program.value_or(std::vector<std::string>());
    options->jobs = static_cast<int>(std::min<std::int64_t>(options->jobs, options->schedules));
    invocation.run = [options, as_json] { return Explore(*options, *as_json); };
  });
}

}  // namespace racecourse::grader
