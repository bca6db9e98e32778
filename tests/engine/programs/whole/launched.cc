// What launcher starts: a program of its own, with other code and data at the same addresses. The lines at which
// something is to be found are marked `// bug`.
#include "tests/engine/programs/whole/launched.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

// Moves the code that follows away from where launcher's is.
std::vector<std::string> words(1000, "a word that is too long to lie in the string itself");
int total = 0;
std::mutex first;
std::mutex second;

// The line at which something is not as it should be, as the exit status; 0: all is.
int failed_at = 0;
#define CHECK(condition) \
  if (!(condition) && failed_at == 0) failed_at = __LINE__

int State(char** arguments) {
  CHECK(getpid() == atoi(arguments[2]));
  CHECK(fcntl(atoi(arguments[3]), F_GETFD) >= 0);
  CHECK(fcntl(atoi(arguments[4]), F_GETFD) < 0 && errno == EBADF);
  struct sigaction action;
  CHECK(sigaction(SIGUSR1, nullptr, &action) == 0 && action.sa_handler == SIG_DFL);
  CHECK(sigaction(SIGUSR2, nullptr, &action) == 0 && action.sa_handler == SIG_IGN);
  sigset_t set;
  CHECK(sigprocmask(SIG_BLOCK, nullptr, &set) == 0 && sigismember(&set, SIGTERM) && !sigismember(&set, SIGINT));
  CHECK(sigpending(&set) == 0 && sigismember(&set, SIGTERM));
  CHECK(alarm(0) > 900);
  CHECK(getenv("GIVEN") != nullptr);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    CHECK(strncmp(*entry, "RACECOURSE", 10) != 0 && strncmp(*entry, "LD_BIND_NOW", 11) != 0);
  }
  CHECK(words.size() == 1000 && words[999] == words[0] && total == 0);
  return failed_at;
}

int Race() {
  ++OpenShared()->total;  // bug: nothing orders it and what launcher does
  return 0;
}

int ThreadsRace() {
  std::thread other([] { ++total; });  // bug
  ++total;                             // bug
  other.join();
  return 0;
}

int ThreadsWaitForEachOther() {
  std::thread other([] {
    std::lock_guard inner(second);
    std::lock_guard outer(first);  // bug
  });
  {
    std::lock_guard outer(first);
    std::lock_guard inner(second);  // bug
  }
  other.join();
  return 0;
}

int Chain(char** arguments) {
  const pid_t child = fork();
  if (child == 0) {
    execl(arguments[2], "launched", "ends", nullptr);
    _exit(99);
  }
  if (child < 0) return 1;
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) return 2;
  // The process becomes one more program.
  execl(arguments[2], "launched", "ends", nullptr);
  return 3;
}

int Reads() {
  char c;
  return read(0, &c, 1) == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : arguments[0];
  if (what == "state") return State(arguments);
  if (what == "race") return Race();
  if (what == "threads_race") return ThreadsRace();
  if (what == "threads_wait_for_each_other") return ThreadsWaitForEachOther();
  if (what == "chain" && count > 2) return Chain(arguments);
  if (what == "reads") return Reads();
  if (what == "aborts") abort();
  if (what == "crashes") return *static_cast<volatile int*>(nullptr);  // bug
  return what == "ends" ? 0 : 1;
}
