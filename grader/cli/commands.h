// The commands of `racecourse`. Each Add… function describes one to the parser; when the user names it, the parser puts
// what is to be done into the Invocation.
#ifndef RACECOURSE_GRADER_CLI_COMMANDS_H_
#define RACECOURSE_GRADER_CLI_COMMANDS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "grader/cli/exit_status.h"

namespace racecourse::grader {

struct Invocation {
  // What stood behind "--": a program and its arguments; nullopt without a "--".
  std::optional<std::vector<std::string>> program;
  std::function<absl::StatusOr<ExitStatus>()> run;
};

void AddListCommand(CLI::App& app, Invocation& invocation);
void AddStartCommand(CLI::App& app, Invocation& invocation);
void AddCheckCommand(CLI::App& app, Invocation& invocation);
void AddHintCommand(CLI::App& app, Invocation& invocation);
void AddGradeCommand(CLI::App& app, Invocation& invocation);
void AddReportCommand(CLI::App& app, Invocation& invocation);
void AddReplayCommand(CLI::App& app, Invocation& invocation);
void AddVerifyCommand(CLI::App& app, Invocation& invocation);
void AddDoctorCommand(CLI::App& app, Invocation& invocation);
void AddExploreCommand(CLI::App& app, Invocation& invocation);
void AddStressCommand(CLI::App& app, Invocation& invocation);
void AddObserveCommand(CLI::App& app, Invocation& invocation);
// Only for the help: the arguments of `c++` and `cc` are clang's and never reach the parser.
void AddCompilerCommands(CLI::App& app, Invocation& invocation);

// `racecourse c++ ARGUMENTS…`, past the parser.
absl::StatusOr<int> RunCompilerCommand(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_COMMANDS_H_
