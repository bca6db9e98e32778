// expect: clean
#include <sys/wait.h>
#include <unistd.h>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  if (fork() == 0) {
    close(ends[1]);
    char c;
    while (read(ends[0], &c, 1) == 1) {
    }
    _exit(0);
  }
  const char text[] = "work";
  if (write(ends[1], text, sizeof text) != sizeof text) return 1;
  close(ends[1]);
  wait(nullptr);
  return 0;
}
