// expect: livelock
// Waits for a second, at full speed: the handler's flag would end the loop, but the alarm is cancelled before.
#include <signal.h>
#include <unistd.h>

volatile sig_atomic_t stop = 0;

void Stop(int) { stop = 1; }

int main() {
  signal(SIGALRM, Stop);
  alarm(1);
  const unsigned left = alarm(0);  // asks how much is left, and ends it
  while (stop == 0) {              // bug
  }
  return left <= 1 ? 0 : 1;
}
