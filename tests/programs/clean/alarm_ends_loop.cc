// expect: clean
// Computes for some milliseconds: the handler's flag ends the loop.
#include <signal.h>
#include <sys/time.h>

volatile sig_atomic_t stop = 0;

void Stop(int) { stop = 1; }

int main() {
  signal(SIGALRM, Stop);
  const itimerval soon = {.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 5000}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  unsigned long rounds = 0;
  while (stop == 0) ++rounds;
  return rounds == 0 && stop == 0;
}
