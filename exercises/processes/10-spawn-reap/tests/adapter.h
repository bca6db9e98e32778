// What the tests know about a submission: this class, never the student's header itself. And the programs that there
// are.

#ifndef SPAWN_REAP_ADAPTER_H_
#define SPAWN_REAP_ADAPTER_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace exercise {

struct CommandLine {
  std::vector<std::string> argv;
  std::string cwd;
  std::vector<std::pair<std::string, std::string>> env;
};

class LauncherUnderTest {
 public:
  virtual ~LauncherUnderTest() = default;
  virtual pid_t Start(const CommandLine& command) = 0;
  // How it ended, in words: "exit 0", "signal 9" or "error 2".
  virtual std::string Wait(pid_t child) = 0;
  virtual std::vector<std::string> RunAll(const std::vector<CommandLine>& commands, int max_parallel) = 0;
};

std::unique_ptr<LauncherUnderTest> MakeLauncher();

// A program: its arguments in, its exit status out.
using Program = std::function<int(const std::vector<std::string>& argv)>;

// From now on `load` finds the program under this name.
void AddProgram(const std::string& name, Program program);

}  // namespace exercise

#endif  // SPAWN_REAP_ADAPTER_H_
