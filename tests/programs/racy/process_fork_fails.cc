// expect: assertion
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

#include "racecourse/faults.h"

int main() {
  MAY_FAIL(RACECOURSE_FORK_FAILURES);
  int ended = 0;
  int started = 0;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    ++started;
  }
  while (wait(nullptr) > 0) ++ended;
  assert(ended == started);  // bug: fork may have failed
  return 0;
}
