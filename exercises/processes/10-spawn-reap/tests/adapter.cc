// Joins a submission to the tests: the only file that includes the student's header. Most programs are functions here,
// and `load` does with a process what execve does: it closes what is marked close-on-exec, forgets handlers, and the
// caller's code is never seen again. A name with a slash in it is a file, which execv itself loads.

#include "adapter.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "launcher.h"

namespace exercise {
namespace {

std::map<std::string, Program>& Programs() {
  static std::map<std::string, Program> programs;
  return programs;
}

Command ToCommand(const CommandLine& line) { return {line.argv, line.cwd, line.env}; }

std::string InWords(const Exit& exit) {
  switch (exit.kind) {
    case Exit::exited:
      return "exit " + std::to_string(exit.code);
    case Exit::signaled:
      return "signal " + std::to_string(exit.code);
    case Exit::exec_failed:
      return "error " + std::to_string(exit.code);
  }
  return "an end of no kind";
}

class TheLauncher final : public LauncherUnderTest {
 public:
  pid_t Start(const CommandLine& command) override { return launcher_.start(ToCommand(command)); }
  std::string Wait(pid_t child) override { return InWords(launcher_.wait(child)); }
  std::vector<std::string> RunAll(const std::vector<CommandLine>& lines, int max_parallel) override {
    std::vector<Command> commands;
    for (const CommandLine& line : lines) commands.push_back(ToCommand(line));
    std::vector<std::string> results;
    for (const Exit& exit : launcher_.run_all(commands, max_parallel)) results.push_back(InWords(exit));
    return results;
  }

 private:
  Launcher launcher_;
};

constexpr int kDescriptorsMax = 64;

}  // namespace

std::unique_ptr<LauncherUnderTest> MakeLauncher() { return std::make_unique<TheLauncher>(); }

void AddProgram(const std::string& name, Program program) { Programs()[name] = std::move(program); }

}  // namespace exercise

int load(const std::vector<std::string>& argv) {
  using namespace exercise;
  if (!argv.empty() && argv[0].find('/') != std::string::npos) {
    std::vector<char*> arguments;
    for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    return execv(arguments[0], arguments.data());
  }
  const auto found = argv.empty() ? Programs().end() : Programs().find(argv[0]);
  if (found == Programs().end()) {
    errno = ENOENT;
    return -1;
  }
  for (int fd = 3; fd < kDescriptorsMax; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) != 0) close(fd);
  }
  signal(SIGUSR1, SIG_DFL);
  _exit(found->second(argv));
}
