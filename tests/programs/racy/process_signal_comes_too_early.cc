// expect: assertion
#include <assert.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

volatile sig_atomic_t asked_to_stop = 0;

void OnSignal(int) { asked_to_stop = 1; }

int main() {
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGUSR1);
  sigprocmask(SIG_BLOCK, nullptr, &before);
  const pid_t child = fork();
  if (child == 0) {
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    sigaction(SIGUSR1, &action, nullptr);
    sigprocmask(SIG_BLOCK, &stop, nullptr);
    while (asked_to_stop == 0) sigsuspend(&before);
    _exit(0);
  }
  kill(child, SIGUSR1);
  int status = 0;
  waitpid(child, &status, 0);
  assert(WIFEXITED(status));  // bug: the signal may come before the child has its handler
  return 0;
}
