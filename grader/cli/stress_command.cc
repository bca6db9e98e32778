#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/cli/commands.h"
#include "grader/cli/progress_line.h"
#include "grader/compile/installation.h"
#include "grader/report/results_file.h"
#include "grader/report/terminal.h"
#include "grader/system/interrupt.h"
#include "grader/system/parallel.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"
#include "nlohmann/json.hpp"

extern char** environ;

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSeedsShown = 5;
constexpr std::size_t kLastWordsMax = 400;

struct StressOptions {
  std::vector<std::string> program;
  fs::path input_file;
  int runs = 200;
  double seconds = 10;  // for one run
  std::uint64_t seed = 1;
  int jobs = 1;
  bool as_json = false;
};

// The runs that ended in one way.
struct Ending {
  std::vector<std::uint64_t> seeds;
  std::string last_words;  // what the first of them wrote to stderr
};

struct StressResult {
  int passed = 0;
  std::map<std::string, Ending> failures;  // by what ProcessResult calls the way they ended
};

std::string LastWords(const std::string& errors) {
  if (errors.size() <= kLastWordsMax) return errors;
  return absl::StrCat("…", errors.substr(errors.size() - kLastWordsMax));
}

Command RunWithSeed(const StressOptions& options, const fs::path& program, const fs::path& library,
                    std::uint64_t seed) {
  Command command;
  command.arguments = options.program;
  command.arguments[0] = program.string();
  command.environment.emplace();
  for (char** variable = environ; *variable != nullptr; ++variable) command.environment->push_back(*variable);
  command.environment->push_back(absl::StrCat("LD_PRELOAD=", library.string()));
  command.environment->push_back(absl::StrCat("RACECOURSE_STRESS=", seed));
  command.input_file = options.input_file;
  command.limits.wall_seconds = options.seconds;
  return command;
}

nlohmann::json ToJson(const StressOptions& options, const StressResult& result) {
  nlohmann::json failures = nlohmann::json::array();
  for (const auto& [way, ending] : result.failures) {
    failures.push_back({{"ended", way}, {"seeds", ending.seeds}, {"errors", ending.last_words}});
  }
  return {{"executor", "stress"}, {"runs", options.runs}, {"passed", result.passed}, {"failures", failures}};
}

std::string ToText(const StressOptions& options, const StressResult& result) {
  std::string text =
      absl::StrCat(WithThousands(options.runs), " free runs with random delays: ", WithThousands(result.passed),
                   result.passed == options.runs ? " ended with status 0.\n" : " ended with status 0,\n");
  for (const auto& [way, ending] : result.failures) {
    std::vector<std::uint64_t> shown = ending.seeds;
    if (shown.size() > kSeedsShown) shown.resize(kSeedsShown);
    absl::StrAppend(&text, "  ", WithThousands(static_cast<long long>(ending.seeds.size())), " ended with ", way,
                    " (seed ", absl::StrJoin(shown, ", "), ending.seeds.size() > kSeedsShown ? ", …" : "", ")\n");
    if (!ending.last_words.empty()) absl::StrAppend(&text, "    ", ending.last_words, "\n");
  }
  return absl::StrCat(text, result.failures.empty()
                                ? "That says little: nothing was controlled.\n"
                                : "This was observed and cannot be replayed: the seed decides delays, not the "
                                  "schedule.\n`racecourse explore` looks for a schedule that can be.\n");
}

absl::StatusOr<ExitStatus> Stress(const StressOptions& options) {
  if (options.program.empty()) {
    return absl::InvalidArgumentError(
        "name the program behind --: racecourse stress [OPTIONS] -- PROGRAM [ARGUMENT...]");
  }
  const fs::path program = FindProgram(options.program.front());
  if (program.empty()) {
    return absl::NotFoundError(absl::StrCat(options.program.front(), ": no such program, or it cannot be executed"));
  }
  const fs::path library = FindInstallation().StressLibrary();
  std::error_code error;
  if (!fs::exists(library, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(library.string(), " is missing; build it with: cmake --workflow --preset release"));
  }
  ProgressLine progress(!options.as_json);
  StressResult result;
  int done = 0;
  absl::Status failure;
  std::mutex mutex;
  ForEachInParallel(static_cast<std::size_t>(options.runs), options.jobs, [&](std::size_t i) {
    {
      const std::lock_guard lock(mutex);
      if (!failure.ok() || IsInterrupted()) return;
      progress.Show(absl::StrCat(WithThousands(done), " of ", WithThousands(options.runs), " runs"));
    }
    const std::uint64_t seed = options.seed + i;
    const absl::StatusOr<ProcessResult> run = RunProcess(RunWithSeed(options, fs::absolute(program), library, seed));
    const std::lock_guard lock(mutex);
    ++done;
    if (!run.ok()) {
      failure.Update(run.status());
    } else if (run->Succeeded()) {
      ++result.passed;
    } else {
      Ending& ending = result.failures[run->ToString()];
      if (ending.seeds.empty()) ending.last_words = LastWords(run->errors);
      ending.seeds.push_back(seed);
    }
  });
  progress.Clear();
  RETURN_IF_ERROR(failure);
  if (IsInterrupted()) return absl::CancelledError("interrupted");
  for (auto& [way, ending] : result.failures) std::ranges::sort(ending.seeds);
  std::fputs(options.as_json ? JsonText(ToJson(options, result)).c_str() : ToText(options, result).c_str(), stdout);
  return result.failures.empty() ? ExitStatus::kPassed : ExitStatus::kFailed;
}

}  // namespace

void AddStressCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("stress", "Run a program freely, on real cores, with random delays");
  command->footer(
      "For what the scheduler does not model: weak memory, the compiler's optimizations, real time. The program is an\n"
      "ordinary one, dynamically linked; the delays come where its threads lock, wait, notify, start and join.\n"
      "What is seen cannot be replayed, and costs nobody points.\n\n"
      "Examples:\n"
      "  racecourse c++ --variant native -O2 -pthread -o demo demo.cc && racecourse stress -- ./demo\n"
      "  racecourse stress --runs 1000 --jobs 2 -- ./demo --threads 3");
  auto options = std::make_shared<StressOptions>();
  command->add_option("--runs", options->runs, "How many runs")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "A run that takes longer is stopped, and counts as failed")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of the first run; the others count on from it")
      ->capture_default_str();
  command->add_option("--jobs", options->jobs, "Runs at a time")->check(CLI::Range(1, 1024))->capture_default_str();
  command->add_option("--input", options->input_file, "What the program reads on its standard input; else nothing")
      ->check(CLI::ExistingFile);
  command->add_flag("--json", options->as_json, "Print one JSON object");
  command->callback([options, &invocation] {
    options->program = invocation.program.value_or(std::vector<std::string>());
    invocation.run = [options] { return Stress(*options); };
  });
}

}  // namespace racecourse::grader
