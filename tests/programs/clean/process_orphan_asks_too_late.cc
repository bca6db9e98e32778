// expect: clean
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// A helper that is to end with the worker that started it.
int main() {
  const pid_t worker = fork();
  if (worker == 0) {
    const pid_t own = getpid();
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (getppid() != own) _exit(0);
      for (;;) pause();
    }
    _exit(0);
  }
  waitpid(worker, nullptr, 0);
  return 0;
}
