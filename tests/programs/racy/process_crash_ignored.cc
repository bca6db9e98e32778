// expect: crash
#include <sys/wait.h>
#include <unistd.h>

int main() {
  const pid_t child = fork();
  if (child == 0) {
    volatile int* nowhere = nullptr;
    *nowhere = 1;  // bug: and nobody looks
    _exit(0);
  }
  int status = 0;
  (void)status;
  wait(nullptr);
  return 0;
}
