// expect: deadlock
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

// A filter as any program is one: reads its standard input to the end.
int Filter() {
  char text[16];
  ssize_t got;
  while ((got = read(0, text, sizeof text)) > 0) {  // bug: the end never comes
    if (write(1, text, static_cast<size_t>(got)) != got) return 1;
  }
  return 0;
}

int main(int count, char** arguments) {
  if (count > 1) return Filter();
  int to[2];
  int from[2];
  // The filter has the writing end of its own input, too.
  if (pipe(to) != 0 || pipe2(from, O_CLOEXEC) != 0) return 1;  // bug: handed on
  if (fork() == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    execl("/proc/self/exe", arguments[0], "filter", nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  if (write(to[1], "work", 4) != 4) return 1;
  close(to[1]);
  char text[16];
  ssize_t total = 0;
  ssize_t got;
  while ((got = read(from[0], text, sizeof text)) > 0) total += got;
  wait(nullptr);
  return total == 4 ? 0 : 1;
}
