// expect: deadlock
#include <sys/wait.h>
#include <unistd.h>

// Two workers, each of which reads from a pipe of its own to the end.
void Work(int from) {
  char byte;
  while (read(from, &byte, 1) == 1) {  // bug: the other worker has the writing end, too
  }
  _exit(0);
}

int main() {
  int first[2], second[2];
  if (pipe(first) != 0 || pipe(second) != 0) return 1;
  const pid_t one = fork();
  if (one == 0) {
    close(first[1]);
    close(second[0]);
    close(second[1]);
    Work(first[0]);
  }
  if (fork() == 0) {
    close(second[1]);
    close(first[0]);
    Work(second[0]);
  }
  if (write(first[1], "x", 1) != 1 || write(second[1], "y", 1) != 1) return 1;
  close(first[1]);
  waitpid(one, nullptr, 0);  // bug: waits for that one
  close(second[1]);
  wait(nullptr);
  return 0;
}
