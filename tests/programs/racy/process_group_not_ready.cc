// expect: deadlock
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

// A job of two processes in a group of its own, ended like a shell ends one.
int main() {
  const pid_t leader = fork();
  if (leader == 0) {
    setpgid(0, 0);
    for (;;) pause();  // bug: it may not lead a group yet when that is sent a signal
  }
  const pid_t member = fork();
  if (member == 0) {
    setpgid(0, leader);
    for (;;) pause();  // bug: nor be in it
  }
  killpg(leader, SIGTERM);
  for (int i = 0; i < 2; ++i) wait(nullptr);  // bug: waits for whoever got no signal
  return 0;
}
