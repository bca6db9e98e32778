#include "tests/benchmark/program_run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

namespace racecourse::benchmark_tests {
namespace {

constexpr int kTraceDescriptor = 9;
constexpr unsigned kSecondsMax = 120;

[[noreturn]] void BecomeProgram(const ProgramOrder& order, int trace) {
  const std::string path = std::string(BENCHMARK_PROGRAMS_DIR) + "/" + order.program;
  const std::string settings = "trace_fd=" + std::to_string(kTraceDescriptor) +
                               ";schedules=" + std::to_string(order.schedules) + ";seed=" + std::to_string(order.seed) +
                               ";strategy=" + order.strategy +
                               (order.seconds > 0 ? ";seconds=" + std::to_string(order.seconds) : "");
  setenv("RACECOURSE", settings.c_str(), 1);
  dup2(trace, kTraceDescriptor);
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDOUT_FILENO);
  alarm(kSecondsMax);
  std::vector<char*> arguments = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : order.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execv(path.c_str(), arguments.data());
  _exit(127);
}

std::string ReadAll(int descriptor) {
  std::string text;
  char buffer[1 << 14];
  ssize_t size;
  while ((size = read(descriptor, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(size));
  return text;
}

ProgramRate ReadTrace(const std::string& trace, bool may_run_out_of_time) {
  ProgramRate rate;
  rate.error = "the trace has no scenario_end";
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json record = nlohmann::json::parse(line, nullptr, false);
    if (!record.is_object() || record.value("record", "") != "scenario_end") continue;
    const std::string status = record.value("status", "");
    const bool is_fine = status == "passed" || (may_run_out_of_time && status == "inconclusive");
    rate.error = is_fine ? "" : status + ": " + record.value("error", "");
    rate.executions = record.value("executions", std::uint64_t{0});
    const double per_second = record.value("schedules_per_second", 0.0);
    rate.seconds = per_second > 0 ? static_cast<double>(rate.executions) / per_second : 0;
    if (rate.error.empty() && rate.seconds <= 0) rate.error = "the trace tells no rate";
  }
  return rate;
}

}  // namespace

ProgramRate RunProgram(const ProgramOrder& order) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {.error = "no pipe"};
  const pid_t child = fork();
  if (child < 0) return {.error = "no process"};
  if (child == 0) BecomeProgram(order, ends[1]);
  close(ends[1]);
  const std::string trace = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  ProgramRate rate = ReadTrace(trace, order.seconds > 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    rate.error = order.program + " ended with status " + std::to_string(status) + "; " + rate.error;
  }
  return rate;
}

}  // namespace racecourse::benchmark_tests
