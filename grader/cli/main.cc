// The command line of Racecourse. Errors are printed here and nowhere else.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "grader/catalog/nearest_name.h"
#include "grader/cli/commands.h"
#include "grader/cli/exit_status.h"
#include "grader/report/terminal.h"
#include "grader/system/interrupt.h"

namespace racecourse::grader {
namespace {

void PrintError(const absl::Status& error) {
  const TerminalStyle style = TerminalStyle::For(STDERR_FILENO);
  const std::string text = absl::StrCat(style.Paint(Ink::kRed, "racecourse: "), error.message(), "\n");
  std::fputs(text.c_str(), stderr);
}

// Takes away what stands behind the first "--", which belongs to the program under examination.
std::optional<std::vector<std::string>> TakeProgram(std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  if (separator == arguments.end()) return std::nullopt;
  std::vector<std::string> program(separator + 1, arguments.end());
  arguments.erase(separator, arguments.end());
  return program;
}

int Run(std::vector<std::string> arguments) {
  CatchInterrupts();
  if (!arguments.empty() && (arguments[0] == "c++" || arguments[0] == "cc")) {
    const std::string name = arguments[0];
    arguments.erase(arguments.begin());
    const auto status = RunCompilerCommand(name, arguments);
    if (status.ok()) return *status;
    PrintError(status.status());
    return static_cast<int>(ExitStatusOf(status.status()));
  }

  Invocation invocation;
  invocation.program = TakeProgram(arguments);
  CLI::App app("A concurrency course whose exercises are graded under every schedule that matters.", "racecourse");
  app.require_subcommand(1);
  app.set_help_flag("--help,-h", "Print this help and exit");
  app.footer(
      "Examples:\n"
      "  racecourse list                        what there is to solve\n"
      "  racecourse start whiteboard-tally      begin with an exercise\n"
      "  racecourse check whiteboard-tally      look at your work\n"
      "  racecourse COMMAND --help              more about a command\n\n"
      "Exit status: 0 all passed, 1 something failed in the submission, 2 usage, 3 the grader itself failed.");
  AddListCommand(app, invocation);
  AddStartCommand(app, invocation);
  AddCheckCommand(app, invocation);
  AddHintCommand(app, invocation);
  AddReplayCommand(app, invocation);
  AddGradeCommand(app, invocation);
  AddReportCommand(app, invocation);
  AddVerifyCommand(app, invocation);
  AddDoctorCommand(app, invocation);
  AddCompilerCommands(app, invocation);
  AddExploreCommand(app, invocation);
  AddStressCommand(app, invocation);
  AddObserveCommand(app, invocation);
  for (CLI::App* command : app.get_subcommands({})) command->set_help_flag("--help,-h", "Print this help and exit");

  if (!arguments.empty() && !arguments[0].starts_with("-")) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    if (std::ranges::count(names, arguments[0]) == 0) {
      PrintError(absl::InvalidArgumentError(absl::StrCat("unknown command '", arguments[0], "'",
                                                         DidYouMean(arguments[0], names),
                                                         " (`racecourse --help` lists all)")));
      return static_cast<int>(ExitStatus::kUsage);
    }
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : static_cast<int>(ExitStatus::kUsage);
  }
  const auto status = invocation.run();
  if (status.ok()) return static_cast<int>(*status);
  PrintError(status.status());
  return static_cast<int>(ExitStatusOf(status.status()));
}

}  // namespace
}  // namespace racecourse::grader

int main(int argc, char** argv) { return racecourse::grader::Run(std::vector<std::string>(argv + 1, argv + argc)); }
