// expect: clean
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  const pid_t first = fork();
  if (first == 0) _exit(1);
  const pid_t second = fork();
  if (second == 0) _exit(2);
  int status = 0;
  waitpid(first, &status, 0);
  assert(WEXITSTATUS(status) == 1);
  while (wait(nullptr) > 0) {
  }
  return 0;
}
