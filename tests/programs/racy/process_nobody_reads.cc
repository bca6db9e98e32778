// expect: crash
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) _exit(0);  // it does not read
  close(ends[0]);
  for (int i = 0; i < 3; ++i) {
    if (write(ends[1], "x", 1) != 1) break;  // bug: SIGPIPE ends the process
    sched_yield();
  }
  close(ends[1]);
  wait(nullptr);
  return 0;
}
