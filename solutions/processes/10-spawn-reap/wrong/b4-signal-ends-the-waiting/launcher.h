// expect: assertion|zombie_process check=signals
// A launcher that waits once. When a signal comes meanwhile, waitpid returns and has not waited.

#ifndef LAUNCHER_H_
#define LAUNCHER_H_

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

int load(const std::vector<std::string>& argv);

struct Exit {
  enum Kind : std::uint8_t { exited, signaled, exec_failed };
  Kind kind;
  int code;
};

struct Command {
  std::vector<std::string> argv;
  std::string cwd;
  std::vector<std::pair<std::string, std::string>> env;
};

class Launcher {
 public:
  pid_t start(const Command& command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) Fail("pipe2");
    // Room for what is to be remembered, while it may still fail.
    std::map<pid_t, int> started{{0, 0}};
    const pid_t child = fork();
    if (child == 0) Become(command, ends[1]);
    const int error_of_fork = errno;
    close(ends[1]);
    int error = 0;
    if (child > 0) {
      while (read(ends[0], &error, sizeof error) < 0 && errno == EINTR) {
      }
    }
    close(ends[0]);
    errno = error_of_fork;
    if (child < 0) Fail("fork");
    auto node = started.extract(started.begin());
    node.key() = child;
    node.mapped() = error;
    const std::lock_guard lock(mutex_);
    errors_.insert(std::move(node));
    return child;
  }

  Exit wait(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    const std::lock_guard lock(mutex_);
    const auto node = errors_.extract(child);
    if (!node.empty() && node.mapped() != 0) return {Exit::exec_failed, node.mapped()};
    if (WIFSIGNALED(status)) return {Exit::signaled, WTERMSIG(status)};
    return {Exit::exited, WEXITSTATUS(status)};
  }

  std::vector<Exit> run_all(std::span<const Command> commands, int max_parallel) {
    std::vector<Exit> results(commands.size());
    std::map<pid_t, std::size_t> running;
    std::size_t next = 0;
    while (next < commands.size() || !running.empty()) {
      while (next < commands.size() && static_cast<int>(running.size()) < max_parallel) {
        running.emplace(start(commands[next]), next);
        ++next;
      }
      const auto over = running.find(AwaitOneOf(running));
      results[over->second] = wait(over->first);
      running.erase(over);
    }
    return results;
  }

 private:
  [[noreturn]] static void Fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

  // What the child does until it is somebody else. Nothing of it may go on in the copy of the caller.
  [[noreturn]] static void Become(const Command& command, int report) {
    bool is_ready = command.cwd.empty() || chdir(command.cwd.c_str()) == 0;
    for (const auto& [name, value] : command.env) is_ready = is_ready && setenv(name.c_str(), value.c_str(), 1) == 0;
    if (is_ready) load(command.argv);
    const int error = errno;
    if (write(report, &error, sizeof error) < 0) _exit(126);
    // Not exit, which would write once more what the caller's streams hold.
    _exit(127);
  }

  // Which of them ends first is not known, and the caller may have other children: it is waited for any end at all,
  // without taking it away, until it is one of ours. As long as a stranger's end lies in front, ours are asked in turn.
  static pid_t AwaitOneOf(const std::map<pid_t, std::size_t>& running) {
    siginfo_t info = {};
    while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) < 0) {
      if (errno != EINTR) Fail("waitid");
    }
    if (running.contains(info.si_pid)) return info.si_pid;
    for (const auto& [child, place] : running) {
      info.si_pid = 0;
      if (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid == child) {
        return child;
      }
    }
    return running.begin()->first;
  }

  std::mutex mutex_;
  std::map<pid_t, int> errors_;  // of those that were started; guarded by mutex_
};

#endif  // LAUNCHER_H_
