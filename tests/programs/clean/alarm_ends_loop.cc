// expect: clean
// Computes for a second: the handler's flag ends the loop.
#include <signal.h>
#include <unistd.h>

volatile sig_atomic_t stop = 0;

void Stop(int) { stop = 1; }

int main() {
  signal(SIGALRM, Stop);
  alarm(1);
  unsigned long rounds = 0;
  while (stop == 0) ++rounds;
  return rounds == 0 && stop == 0;
}
