// Runs one program to its end, within limits, and hands back what it wrote.
#ifndef RACECOURSE_GRADER_SYSTEM_SUBPROCESS_H_
#define RACECOURSE_GRADER_SYSTEM_SUBPROCESS_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace racecourse::grader {

// The descriptor on which a child finds the pipe of Command::on_trace.
inline constexpr int kTraceDescriptor = 3;

struct ProcessLimits {
  double wall_seconds = 120;                // then the whole process group is killed
  std::uint64_t cpu_seconds = 0;            // 0: no limit of its own
  std::uint64_t file_bytes = 0;             // largest file it may write; 0: no limit
  std::uint64_t open_files = 0;             // 0: no limit of its own
  std::size_t output_bytes_kept = 1 << 20;  // of stdout and of stderr each; the rest is read and dropped
};

struct Command {
  std::vector<std::string> arguments;                   // [0] is the program; looked up in PATH when it has no slash
  std::filesystem::path directory;                      // empty: ours
  std::optional<std::vector<std::string>> environment;  // "KEY=value"; nullopt: ours
  std::string input;                                    // what it reads on stdin, unless input_file is set
  std::filesystem::path input_file;
  bool inherits_streams = false;  // stdin, stdout, stderr and process group are ours
  // Receives what the child writes to kTraceDescriptor. An error ends the child and becomes the result.
  std::function<absl::Status(absl::string_view)> on_trace;
  bool ends_gently = false;  // interrupted, it gets SIGINT and a while to end by itself
  ProcessLimits limits;
};

struct ProcessResult {
  int exit_code = 0;       // meaningful when signal == 0
  int signal = 0;          // the signal that ended it
  bool timed_out = false;  // we killed it for its wall time
  std::string output;
  std::string errors;
  double wall_seconds = 0;

  bool Succeeded() const { return exit_code == 0 && signal == 0 && !timed_out; }
  // "exit status 3", "killed by SIGSEGV", "stopped after 60 s".
  std::string ToString() const;
};

// Starts the command in a process group of its own; the group is killed when its leader has ended, so nothing the
// program started stays behind in it. An error means that it could not be started or watched, that on_trace refused
// what it said, or (kCancelled) that the user interrupted us.
absl::StatusOr<ProcessResult> RunProcess(const Command& command);

// For a tool that has to succeed: what it writes to its standard output. Whatever else comes of it is an error that
// says so in the tool's own words.
absl::StatusOr<std::string> OutputOf(const Command& command);

// Our environment for the compiler's tools: without LD_LIBRARY_PATH and LD_PRELOAD, which are meant for the program
// under examination. An instrumented library must not be loaded into clang.
std::vector<std::string> ToolEnvironment();

// The program's absolute path, by PATH; empty when there is none.
std::filesystem::path FindProgram(const std::string& name);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_SUBPROCESS_H_
