// expect: deadlock
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;  // bug: nobody shuts it
  if (fork() == 0) {
    close(ends[0]);
    char c;
    while (read(ends[1], &c, 1) == 1) {  // bug: waits for the end
    }
    if (write(ends[1], "done", 4) != 4) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  if (write(ends[0], "work", 4) != 4) return 1;
  char answer[4];
  if (read(ends[0], answer, sizeof answer) != 4) return 1;  // bug: waits for an answer
  wait(nullptr);
  close(ends[0]);
  return 0;
}
