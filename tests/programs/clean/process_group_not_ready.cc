// expect: clean
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

// A job of two processes in a group of its own, ended like a shell ends one.
int main() {
  const pid_t leader = fork();
  if (leader == 0) {
    setpgid(0, 0);
    for (;;) pause();
  }
  // Both sides do it: whoever comes second finds it done.
  setpgid(leader, leader);
  const pid_t member = fork();
  if (member == 0) {
    setpgid(0, leader);
    for (;;) pause();
  }
  setpgid(member, leader);
  killpg(leader, SIGTERM);
  for (int i = 0; i < 2; ++i) {
    if (waitpid(-leader, nullptr, 0) < 0) return 1;
  }
  return 0;
}
