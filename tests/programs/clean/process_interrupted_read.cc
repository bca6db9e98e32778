// expect: clean
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

volatile sig_atomic_t ended;

int main() {
  struct sigaction action = {};
  action.sa_handler = [](int) { ended = 1; };
  sigaction(SIGCHLD, &action, nullptr);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  if (fork() == 0) _exit(0);
  if (fork() == 0) {
    if (write(ends[1], "x", 1) != 1) _exit(1);
    _exit(0);
  }
  char c = 0;
  long size;
  do {
    size = read(ends[0], &c, 1);
  } while (size < 0 && errno == EINTR);
  assert(size == 1);
  while (wait(nullptr) > 0 || errno == EINTR) {
  }
  return 0;
}
