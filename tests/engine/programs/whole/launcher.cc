// Starts the program `launched`, which lies beside it, in the way that its argument names, and waits for it.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "tests/engine/programs/whole/launched.h"

extern char** environ;

namespace {

std::string launched;

// `arguments` after the program's name.
template <typename... Arguments>
void Become(Arguments... arguments) {
  execl(launched.c_str(), "launched", arguments..., nullptr);
  _exit(99);
}

int Await(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) abort();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

void Ignore(int) {}

// What exec keeps and what it does not, the new program finds out.
int State() {
  const pid_t child = fork();
  if (child == 0) {
    int kept[2];
    int closed[2];
    if (pipe(kept) != 0 || pipe2(closed, O_CLOEXEC) != 0) abort();
    signal(SIGUSR1, Ignore);
    signal(SIGUSR2, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, nullptr);
    raise(SIGTERM);
    alarm(1000);
    setenv("GIVEN", "1", 1);
    std::thread([] { pause(); }).detach();
    Become("state", std::to_string(getpid()).c_str(), std::to_string(kept[1]).c_str(),
           std::to_string(closed[0]).c_str());
  }
  return Await(child);
}

// The status of exec comes by the end of a pipe, as many programs do it.
int Report() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) abort();
  const pid_t child = fork();
  if (child == 0) Become("ends");
  close(ends[1]);
  char c;
  if (read(ends[0], &c, 1) != 0) return 1;
  return Await(child);
}

// Of each kind one, one after the other, and one from the other.
int Chain() {
  char* const arguments[] = {const_cast<char*>("launched"), const_cast<char*>("chain"), launched.data(), nullptr};
  pid_t child;
  if (posix_spawn(&child, launched.c_str(), nullptr, nullptr, arguments, environ) != 0) return 1;
  if (Await(child) != 0) return 2;
  // Whoever is back from vfork knows what the child did before exec.
  Shared* shared = OpenShared();
  if ((child = vfork()) == 0) {
    ++shared->total;
    Become("ends");
  }
  if (++shared->total != 2) return 4;
  shm_unlink(kSharedName);
  if (Await(child) != 0) return 3;
  if ((child = fork()) == 0) {
    const int file = open(launched.c_str(), O_RDONLY | O_CLOEXEC);
    char* const nothing[] = {const_cast<char*>("A=1"), nullptr};
    fexecve(file, arguments, nothing);
    _exit(99);
  }
  return Await(child);
}

// The program is killed, by others and by itself.
int Killed() {
  int ends[2];
  if (pipe(ends) != 0) abort();
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[0], 0);
    Become("reads");
  }
  kill(child, SIGKILL);
  if (Await(child) != 256 + SIGKILL) return 1;
  if ((child = fork()) == 0) Become("aborts");
  return Await(child) == 256 + SIGABRT ? 0 : 2;
}

int Race() {
  Shared* shared = OpenShared();
  const pid_t child = fork();
  if (child == 0) Become("race");
  ++shared->total;
  const int status = Await(child);
  shm_unlink(kSharedName);
  return status;
}

// Nobody looks at how the program ends.
int IgnoresCrash() {
  if (fork() == 0) Become("crashes");
  return wait(nullptr) > 0 ? 0 : 1;
}

int Inside(const char* what) {
  const pid_t child = fork();
  if (child == 0) Become(what);
  return Await(child);
}

}  // namespace

int main(int count, char** arguments) {
  launched = arguments[0];
  launched = launched.substr(0, launched.rfind('/') + 1) + "launched";
  const std::string what = count > 1 ? arguments[1] : "";
  if (what == "state") return State();
  if (what == "report") return Report();
  if (what == "chain") return Chain();
  if (what == "killed") return Killed();
  if (what == "race") return Race();
  if (what == "crashes") return IgnoresCrash();
  return Inside(what.c_str());
}
