// expect: deadlock
#include <sys/wait.h>
#include <unistd.h>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;  // bug: both processes have both ends
  if (fork() == 0) {
    char c;
    while (read(ends[0], &c, 1) == 1) {  // bug: waits for an end that never comes
    }
    _exit(0);
  }
  const char text[] = "work";
  if (write(ends[1], text, sizeof text) != sizeof text) return 1;
  close(ends[1]);
  wait(nullptr);
  return 0;
}
