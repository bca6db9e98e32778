#include "tests/engine/engine_run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace racecourse::engine_test {
namespace {

using nlohmann::json;

// Whoever runs longer is taken for hung. The slowest needs 45 s on two quiet processors, and much more on busy ones.
constexpr int kTimeoutMs = 180'000;
constexpr int kTraceDescriptor = 9;

std::string ReadAll(int fd) {
  std::string text;
  char buffer[1 << 16];
  lseek(fd, 0, SEEK_SET);
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

// Starts the child in a process group of its own; trace and output go to files in memory.
pid_t Start(const std::filesystem::path& program, const std::string& orders, const std::vector<std::string>& arguments,
            int trace, int output) {
  const std::string setting = "RACECOURSE=trace_fd=" + std::to_string(kTraceDescriptor) + ";" + orders;
  std::vector<std::string> texts = {program.string()};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(open("/dev/null", O_RDONLY), 0);
  dup2(output, 1);
  dup2(output, 2);
  dup2(trace, kTraceDescriptor);
  putenv(const_cast<char*>(setting.c_str()));
  execv(argv[0], argv.data());
  _exit(127);
}

// Waits for the child; false if it had to be killed.
bool Await(pid_t child, int* status) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd entry = {descriptor, POLLIN, 0};
  const bool ended = poll(&entry, 1, kTimeoutMs) > 0;
  if (!ended) kill(-child, SIGKILL);
  waitpid(child, status, 0);
  close(descriptor);
  return ended;
}

// The program that the frames of the stack lie in.
std::filesystem::path ProgramOf(const json& stack, const std::filesystem::path& run) {
  return stack.value("program", run.string());
}

Finding ReadFinding(const json& record) {
  Finding finding;
  finding.kind = record.at("kind");
  finding.message = record.at("message");
  finding.schedule = record.at("schedule");
  finding.event_hash = record.at("event_hash");
  finding.execution = record.at("execution");
  finding.preemptions = record.at("preemptions");
  finding.is_confirmed = record.at("confirmed");
  finding.repeat = record.value("repeat", 0);
  finding.reproduced = record.value("reproduced", 0);
  finding.record = record;
  return finding;
}

void ReadTrace(const std::string& text, ProgramRun* run) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const json record = json::parse(line);
    const std::string kind = record.at("record");
    if (kind == "finding") {
      run->findings.push_back(ReadFinding(record));
    } else if (kind == "scenario_end") {
      run->scenarios.push_back({record.at("scenario"), record.at("status"), record.at("strength"),
                                record.at("event_hash"), record.at("error"), record.at("executions")});
    } else if (kind == "test") {
      run->tests.push_back(record);
    } else if (kind == "program_end") {
      run->is_complete = true;
    }
  }
}

}  // namespace

std::string ProgramRun::ToString() const {
  std::string text =
      program.string() + ": exit status " + std::to_string(exit_status) + (timed_out ? ", timed out" : "");
  for (const Scenario& scenario : scenarios) {
    text += "\n  " + scenario.name + ": " + scenario.status + " after " + std::to_string(scenario.executions) + "; " +
            scenario.strength + scenario.error;
  }
  for (const Finding& finding : findings) {
    text += "\n  " + finding.kind + " in execution " + std::to_string(finding.execution) + ", " + finding.schedule +
            "\n    " + finding.message;
    for (const json& stack : finding.record.at("stacks")) {
      text += "\n    " + stack.at("role").get<std::string>() + ":";
      for (const SourceLine& frame :
           Symbolize(ProgramOf(stack, program), stack.at("frames").get<std::vector<std::string>>())) {
        text += "\n      " + frame.function + " " + frame.file + ":" + std::to_string(frame.line);
      }
    }
  }
  if (!output.empty()) text += "\n  output: " + output.substr(0, 2000);
  return text;
}

ProgramRun RunProgram(const std::filesystem::path& program, const std::string& orders,
                      const std::vector<std::string>& arguments) {
  ProgramRun run;
  run.program = program;
  const int trace = memfd_create("trace", MFD_CLOEXEC);
  const int output = memfd_create("output", MFD_CLOEXEC);
  int status = 0;
  run.timed_out = !Await(Start(program, orders, arguments, trace, output), &status);
  if (WIFEXITED(status)) run.exit_status = WEXITSTATUS(status);
  ReadTrace(ReadAll(trace), &run);
  run.output = ReadAll(output);
  close(trace);
  close(output);
  return run;
}

std::vector<SourceLine> Symbolize(const std::filesystem::path& program, const std::vector<std::string>& addresses) {
  std::vector<SourceLine> lines;
  if (addresses.empty()) return lines;
  std::string command = "llvm-symbolizer-19 --output-style=JSON -e '" + program.string() + "'";
  for (const std::string& address : addresses) command += " " + address;
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, got);
  pclose(pipe);
  for (const json& address : json::parse(text)) {
    if (!address.contains("Symbol")) continue;
    for (const json& symbol : address.at("Symbol")) {
      lines.push_back({symbol.at("FileName"), symbol.at("Line"), symbol.at("FunctionName")});
    }
  }
  return lines;
}

std::vector<std::vector<int>> LinesIn(const ProgramRun& run, const Finding& finding, const std::string& file) {
  std::vector<std::vector<int>> result;
  for (const json& stack : finding.record.at("stacks")) {
    result.emplace_back();
    for (const SourceLine& frame :
         Symbolize(ProgramOf(stack, run.program), stack.at("frames").get<std::vector<std::string>>())) {
      if (std::filesystem::path(frame.file).filename() == file && frame.line > 0) result.back().push_back(frame.line);
    }
  }
  return result;
}

std::vector<int> MarkedLines(const std::filesystem::path& file, const std::string& marker) {
  std::vector<int> result;
  std::ifstream stream(file);
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.find(marker) != std::string::npos) result.push_back(number);
  }
  return result;
}

}  // namespace racecourse::engine_test
