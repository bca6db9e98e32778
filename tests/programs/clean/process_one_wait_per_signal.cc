// expect: clean
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

volatile sig_atomic_t reaped = 0;

void OnChild(int) {
  while (waitpid(-1, nullptr, WNOHANG) > 0) reaped = reaped + 1;
}

int main() {
  sigset_t blocked, waiting;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, &waiting);
  struct sigaction action = {};
  action.sa_handler = OnChild;
  sigaction(SIGCHLD, &action, nullptr);
  for (int i = 0; i < 2; ++i) {
    if (fork() == 0) _exit(0);
  }
  while (reaped < 2) sigsuspend(&waiting);  // bug shows here
  return 0;
}
