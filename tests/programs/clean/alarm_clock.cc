// expect: clean
// Sleeps until the alarm rings, which it can only while it sleeps: sigsuspend opens the mask and waits in one step.
#include <signal.h>
#include <unistd.h>

volatile sig_atomic_t rang = 0;

void Ring(int) { rang = 1; }

int main() {
  signal(SIGALRM, Ring);
  sigset_t set, open;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_BLOCK, &set, &open);
  alarm(1);
  while (rang == 0) sigsuspend(&open);
}
