// expect: assertion
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

#include "racecourse/faults.h"

int main() {
  MAY_FAIL(RACECOURSE_INTERRUPTIONS);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    if (write(ends[1], "result", 6) != 6) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  char buffer[8];
  ssize_t size = 0;
  size = read(ends[0], buffer, sizeof buffer);
  assert(size == 6);  // bug: a signal may have interrupted it
  while (waitpid(child, nullptr, 0) < 0) {
  }
  return 0;
}
