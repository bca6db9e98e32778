#include "grader/system/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "grader/system/interrupt.h"
#include "grader/system/status_macros.h"

extern char** environ;

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// How long pipes may stay open after the program itself has ended (a daemon may hold them).
constexpr auto kDrainTime = std::chrono::milliseconds(500);

// How long a command that ends gently may take for it.
constexpr auto kGentleTime = std::chrono::seconds(10);

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { Close(); }
  void Close() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

absl::StatusOr<Descriptor> OpenInput(const Command& command) {
  if (!command.input_file.empty() || command.input.empty()) {
    const std::string path = command.input_file.empty() ? "/dev/null" : command.input_file.string();
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
    return file;
  }
  Descriptor memory(memfd_create("input", MFD_CLOEXEC));
  if (!memory.is_open()) return absl::ErrnoToStatus(errno, "cannot hold the input of a program");
  absl::string_view rest = command.input;
  while (!rest.empty()) {
    const ssize_t count = write(memory.number(), rest.data(), rest.size());
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot hold the input of a program");
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  // For reading only, like any other input: what can be written to as well, the engine does not rewind.
  Descriptor input(open(absl::StrCat("/proc/self/fd/", memory.number()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.is_open()) return absl::ErrnoToStatus(errno, "cannot hold the input of a program");
  return input;
}

std::vector<char*> PointersTo(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

void LowerLimit(int resource, std::uint64_t value) {
  rlimit limit;
  if (getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return;
  if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max) value = limit.rlim_max;
  limit.rlim_cur = limit.rlim_max = value;
  setrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
}

// All that happens between fork and exec; only async-signal-safe calls, since other threads of ours may hold locks.
struct ChildSetup {
  const char* program;
  char** arguments;
  char** environment;
  const char* directory;  // nullptr: ours
  int input;              // -1: inherited
  int output;             // -1: inherited
  int errors;             // -1: inherited
  int trace;              // -1: none
  int failure_report;     // close-on-exec; receives errno when exec fails
  ProcessLimits limits;

  [[noreturn]] void Become() const {
    if (output >= 0) setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    // Duplicates go above the numbers that are about to be overwritten.
    const int moved_trace = trace >= 0 ? fcntl(trace, F_DUPFD_CLOEXEC, 10) : -1;
    if (input >= 0) dup2(input, 0);
    if (output >= 0) dup2(output, 1);
    if (errors >= 0) dup2(errors, 2);
    if (moved_trace >= 0) dup2(moved_trace, kTraceDescriptor);
    LowerLimit(RLIMIT_CORE, 0);
    if (limits.cpu_seconds > 0) LowerLimit(RLIMIT_CPU, limits.cpu_seconds);
    if (limits.file_bytes > 0) LowerLimit(RLIMIT_FSIZE, limits.file_bytes);
    if (limits.open_files > 0) LowerLimit(RLIMIT_NOFILE, limits.open_files);
    if (directory == nullptr || chdir(directory) == 0) execve(program, arguments, environment);
    const int error = errno;
    [[maybe_unused]] const ssize_t written = write(failure_report, &error, sizeof error);
    _exit(127);
  }
};

// Reads the pipes of a running child until it has ended and they are empty.
class Watcher {
 public:
  Watcher(const Command& command, pid_t child, Descriptor child_handle, std::array<Descriptor, 3> pipes)
      : command_(command), child_(child), child_handle_(std::move(child_handle)), pipes_(std::move(pipes)) {}

  absl::StatusOr<ProcessResult> Watch() {
    const Clock::time_point begin = Clock::now();
    deadline_ = begin + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(command_.limits.wall_seconds));
    absl::Status status;
    while (status.ok() && (!ended_ || AnyPipeOpen())) {
      if (ended_ && Clock::now() >= deadline_) break;  // a stranger holds a pipe; what it says is not the program's
      status = WaitAndRead();
      if (status.ok() && IsInterrupted()) status = EndEarly();
      if (!ended_ && Clock::now() >= deadline_) {
        result_.timed_out = true;
        kill(-child_, SIGKILL);
        deadline_ = Clock::now() + std::chrono::seconds(10);
      }
    }
    kill(-child_, SIGKILL);
    if (!ended_) Reap();
    result_.wall_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    if (!status.ok()) return status;
    return std::move(result_);
  }

 private:
  // The user interrupted us.
  absl::Status EndEarly() {
    if (!command_.ends_gently) return absl::CancelledError("interrupted");
    if (!was_asked_to_end_) {
      was_asked_to_end_ = true;
      kill(child_, SIGINT);
      deadline_ = std::min(deadline_, Clock::now() + kGentleTime);
    }
    return absl::OkStatus();
  }

  bool AnyPipeOpen() const {
    for (const Descriptor& pipe : pipes_) {
      if (pipe.is_open()) return true;
    }
    return false;
  }

  absl::Status WaitAndRead() {
    std::array<pollfd, 4> waits;
    for (std::size_t i = 0; i < pipes_.size(); ++i) waits[i] = {pipes_[i].number(), POLLIN, 0};
    waits[3] = {ended_ ? -1 : child_handle_.number(), POLLIN, 0};
    if (poll(waits.data(), waits.size(), 50) < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
    for (std::size_t i = 0; i < pipes_.size(); ++i) {
      if (pipes_[i].is_open() && waits[i].revents != 0) RETURN_IF_ERROR(ReadPipe(i));
    }
    if (!ended_ && waits[3].revents != 0) {
      Reap();
      kill(-child_, SIGKILL);
      deadline_ = Clock::now() + kDrainTime;
    }
    return absl::OkStatus();
  }

  absl::Status ReadPipe(std::size_t index) {
    char buffer[1 << 16];
    const ssize_t count = read(pipes_[index].number(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) return absl::OkStatus();
    if (count <= 0) {
      pipes_[index].Close();
      return absl::OkStatus();
    }
    const absl::string_view bytes(buffer, static_cast<std::size_t>(count));
    if (index == 2) return command_.on_trace(bytes);
    std::string& kept = index == 0 ? result_.output : result_.errors;
    const std::size_t room =
        command_.limits.output_bytes_kept - std::min(kept.size(), command_.limits.output_bytes_kept);
    kept.append(bytes.data(), std::min(room, bytes.size()));
    return absl::OkStatus();
  }

  void Reap() {
    int status = 0;
    while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
    if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
    if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  }

  const Command& command_;
  const pid_t child_;
  Descriptor child_handle_;
  std::array<Descriptor, 3> pipes_;  // stdout, stderr, trace
  Clock::time_point deadline_;
  bool ended_ = false;
  bool was_asked_to_end_ = false;
  ProcessResult result_;
};

}  // namespace

std::string ProcessResult::ToString() const {
  if (timed_out) return absl::StrFormat("stopped after %.0f s", wall_seconds);
  if (signal != 0) {
    const char* name = sigabbrev_np(signal);
    return name == nullptr ? absl::StrCat("killed by signal ", signal) : absl::StrCat("killed by SIG", name);
  }
  return absl::StrCat("exit status ", exit_code);
}

fs::path FindProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return access(name.c_str(), X_OK) == 0 ? fs::path(name) : fs::path();
  }
  const char* search_path = std::getenv("PATH");
  for (const absl::string_view folder : absl::StrSplit(search_path == nullptr ? "/usr/bin:/bin" : search_path, ':')) {
    const fs::path candidate = fs::path(std::string(folder)) / name;
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored) && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

absl::StatusOr<std::string> OutputOf(const Command& command) {
  ASSIGN_OR_RETURN(ProcessResult result, RunProcess(command));
  if (result.Succeeded()) return std::move(result.output);
  return absl::InternalError(absl::StrCat(command.arguments[0], ": ", result.ToString(), ": ", result.errors));
}

std::vector<std::string> ToolEnvironment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view text = *entry;
    if (text.substr(0, 16) != "LD_LIBRARY_PATH=" && text.substr(0, 11) != "LD_PRELOAD=") environment.emplace_back(text);
  }
  return environment;
}

absl::StatusOr<ProcessResult> RunProcess(const Command& command) {
  const fs::path program = FindProgram(command.arguments.at(0));
  if (program.empty()) return absl::NotFoundError(absl::StrCat("cannot find the program ", command.arguments[0]));

  Descriptor input;
  Pipe output, errors, trace;
  if (!command.inherits_streams) {
    ASSIGN_OR_RETURN(input, OpenInput(command));
    ASSIGN_OR_RETURN(output, MakePipe());
    ASSIGN_OR_RETURN(errors, MakePipe());
  }
  if (command.on_trace) {
    ASSIGN_OR_RETURN(trace, MakePipe());
  }
  ASSIGN_OR_RETURN(Pipe failure, MakePipe());

  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = command.environment.value_or(std::vector<std::string>());
  std::vector<char*> argument_pointers = PointersTo(arguments);
  std::vector<char*> environment_pointers = PointersTo(environment);
  const ChildSetup setup{
      .program = program.c_str(),
      .arguments = argument_pointers.data(),
      .environment = command.environment ? environment_pointers.data() : environ,
      .directory = command.directory.empty() ? nullptr : command.directory.c_str(),
      .input = input.number(),
      .output = output.writer.number(),
      .errors = errors.writer.number(),
      .trace = trace.writer.number(),
      .failure_report = failure.writer.number(),
      .limits = command.limits,
  };
  const pid_t child = fork();
  if (child < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot start ", program.string()));
  if (child == 0) setup.Become();
  if (!command.inherits_streams) setpgid(child, child);  // both sides do it, so that it is done whoever comes first
  for (Pipe* pipe : {&output, &errors, &trace, &failure}) pipe->writer.Close();

  Descriptor handle(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  if (!handle.is_open()) {
    const int error = errno;
    kill(-child, SIGKILL);
    waitpid(child, nullptr, 0);
    return absl::ErrnoToStatus(error, absl::StrCat("cannot watch ", program.string()));
  }
  int error = 0;
  if (read(failure.reader.number(), &error, sizeof error) == sizeof error) {
    waitpid(child, nullptr, 0);
    return absl::ErrnoToStatus(error, absl::StrCat("cannot start ", program.string()));
  }
  Watcher watcher(command, child, std::move(handle),
                  {std::move(output.reader), std::move(errors.reader), std::move(trace.reader)});
  return watcher.Watch();
}

}  // namespace racecourse::grader
