#include "grader/debug/session.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "grader/debug/address_map.h"
#include "grader/debug/plan.h"
#include "grader/executor/finding_resolver.h"
#include "grader/system/file.h"
#include "grader/system/foreground.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<TraceFinding> ReplayedFinding(const RunRequest& request) {
  ASSIGN_OR_RETURN(ProgramRun run, RunProgram(request));
  RETURN_IF_ERROR(run.trace_status);
  if (!run.trace.has_begun) {
    return absl::InvalidArgumentError(absl::StrCat(
        request.program.string(), " did not answer: it must be built with `racecourse c++` or `racecourse cc`"));
  }
  for (const TraceScenario& scenario : run.trace.scenarios) {
    if (!scenario.error.empty()) return absl::InvalidArgumentError(scenario.error);
  }
  for (TraceFinding& finding : run.trace.findings) {
    if (!finding.itinerary.empty()) return std::move(finding);
  }
  if (!run.trace.findings.empty()) {
    return absl::FailedPreconditionError(
        "this execution is too long to be followed on threads of the operating system");
  }
  return absl::NotFoundError("this schedule does not fail now. Has the code changed since it did?");
}

// For a line of the debugger's own language: gdb and lldb both take double quotes with backslashes.
std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

// For /bin/sh.
std::string ForShell(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

struct Session {
  const DebugTarget& target;
  fs::path scripts;  // our own for the debuggers
  fs::path input;    // what the program reads
  std::string orders;

  std::vector<std::string> Environment() const {
    if (target.request.inherits_environment) return {absl::StrCat("RACECOURSE=", orders)};
    std::vector<std::string> environment = FixedEnvironment();
    environment.push_back(absl::StrCat("RACECOURSE=", orders));
    return environment;
  }

  std::string ForGdb() const {
    std::string text =
        "set confirm off\nset debuginfod enabled off\nset print thread-events off\nset print frame-info "
        "source-and-location\n"
        "set detach-on-fork on\nset follow-fork-mode parent\n";
    for (const auto& [name, folder] : target.folders) {
      absl::StrAppend(&text, "set substitute-path ", name, " ", folder.string(), "\n");
    }
    if (!target.request.inherits_environment) absl::StrAppend(&text, "unset environment\n");
    for (const std::string& entry : Environment()) {
      absl::StrAppend(&text, "set environment ", entry.substr(0, entry.find('=')), " = ",
                      entry.substr(entry.find('=') + 1), "\n");
    }
    if (!target.request.directory.empty()) absl::StrAppend(&text, "set cwd ", target.request.directory.string(), "\n");
    absl::StrAppend(&text, "source ", (scripts / "racecourse_gdb.py").string(), "\nrun");
    for (const std::string& argument : target.request.arguments) absl::StrAppend(&text, " ", ForShell(argument));
    return absl::StrCat(text, " < ", ForShell(input.string()), "\n");
  }

  std::string ForLldb() const {
    std::string text = "settings set target.disable-aslr true\nsettings set stop-line-count-before 2\n";
    for (const auto& [name, folder] : target.folders) {
      absl::StrAppend(&text, "settings append target.source-map ", name, " ", Quoted(folder.string()), "\n");
    }
    if (!target.request.inherits_environment) absl::StrAppend(&text, "settings set target.inherit-env false\n");
    for (const std::string& entry : Environment()) {
      absl::StrAppend(&text, "settings append target.env-vars ", Quoted(entry), "\n");
    }
    absl::StrAppend(&text, "command script import ", Quoted((scripts / "racecourse_lldb.py").string()),
                    "\nprocess launch -i ", Quoted(input.string()));
    if (!target.request.directory.empty()) absl::StrAppend(&text, " -w ", Quoted(target.request.directory.string()));
    if (!target.request.arguments.empty()) absl::StrAppend(&text, " --");
    for (const std::string& argument : target.request.arguments) absl::StrAppend(&text, " ", Quoted(argument));
    return absl::StrCat(text, "\n");
  }
};

}  // namespace

absl::StatusOr<fs::path> FindDebugger(Debugger debugger) {
  const std::vector<std::string> names =
      debugger == Debugger::kGdb ? std::vector<std::string>{"gdb"}
                                 : std::vector<std::string>{absl::StrCat("lldb-", kClangVersionWanted), "lldb"};
  for (const std::string& name : names) {
    const fs::path program = FindProgram(name);
    if (!program.empty()) return program;
  }
  return absl::NotFoundError(
      absl::StrCat(names.back(), " is not installed; install it with: apt-get install ", names.front()));
}

absl::Status DebugSchedule(const DebugTarget& target, Debugger debugger, const Toolchain& toolchain,
                           const Installation& installation) {
  ASSIGN_OR_RETURN(const fs::path program, FindDebugger(debugger));
  ASSIGN_OR_RETURN(const TraceFinding finding, ReplayedFinding(target.request));
  ASSIGN_OR_RETURN(const std::vector<Finding> resolved,
                   ResolveFindings({finding}, toolchain.symbolizer, target.request.program, *target.sources));
  ASSIGN_OR_RETURN(const AddressMap addresses, AddressMap::Make(toolchain.nm, target.request.program, target.carried));
  const DebugPlan plan = PlanDebugging(finding, resolved.front(), addresses);

  ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Create("debug"));
  const fs::path itinerary = directory.path() / "itinerary";
  const fs::path stops = directory.path() / "stops";
  const fs::path commands = directory.path() / "commands";
  Session session{
      .target = target, .scripts = installation.source / "grader" / "debug", .input = "/dev/null", .orders = ""};
  session.orders =
      absl::StrCat("seed=", target.request.orders.seed, ";itineraries=", itinerary.string(), ";stops=", stops.string());
  RETURN_IF_ERROR(WriteFileAtomically(itinerary, absl::StrCat(finding.itinerary, "\n")));
  RETURN_IF_ERROR(WriteFileAtomically(stops, plan.ToString()));
  if (!target.request.input_file.empty()) {
    session.input = fs::absolute(target.request.input_file);
  } else if (!target.request.input.empty()) {
    session.input = directory.path() / "input";
    RETURN_IF_ERROR(WriteFileAtomically(session.input, target.request.input));
  }
  const bool is_gdb = debugger == Debugger::kGdb;
  RETURN_IF_ERROR(WriteFileAtomically(commands, is_gdb ? session.ForGdb() : session.ForLldb()));
  std::printf(
      "%s follows the schedule on threads of the operating system and stops at %zu steps that matter;\n"
      "`continue` goes on to the next one.\n",
      is_gdb ? "gdb" : "lldb", plan.stops.size());
  std::fflush(stdout);
  if (is_gdb) return RunInForeground({program.string(), "-q", "-x", commands.string(), target.carried.string()});
  std::vector<std::string> arguments = {program.string(), "-s", commands.string()};
  // From a file lldb takes one command when the one before has ended, from standard input all at once.
  if (isatty(STDIN_FILENO) == 0) arguments.insert(arguments.end(), {"--batch", "-s", "/dev/stdin"});
  arguments.push_back(target.carried.string());
  return RunInForeground(arguments);
}

}  // namespace racecourse::grader
