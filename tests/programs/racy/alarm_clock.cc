// expect: lost_wakeup
// Sleeps until the alarm rings, unless it rang already: it may ring between the question and the sleep.
#include <signal.h>
#include <unistd.h>

volatile sig_atomic_t rang = 0;

void Ring(int) { rang = 1; }

int main() {
  signal(SIGALRM, Ring);
  alarm(1);
  if (rang == 0) pause();  // bug
}
