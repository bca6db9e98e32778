#include "grader/system/foreground.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace racecourse::grader {

absl::Status RunInForeground(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  struct sigaction ignore = {};
  struct sigaction interrupt;
  struct sigaction quit;
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGINT, &ignore, &interrupt);
  sigaction(SIGQUIT, &ignore, &quit);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  const int error = errno;
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGQUIT, &quit, nullptr);
  if (child < 0) return absl::ErrnoToStatus(error, absl::StrCat("cannot start ", arguments[0]));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    return absl::InternalError(absl::StrCat("cannot start ", arguments[0]));
  }
  return absl::OkStatus();
}

}  // namespace racecourse::grader
