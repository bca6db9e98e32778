// Two processes and a pipe: the child writes two lines, the parent reads to the end and waits for the child.
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    close(ends[0]);
    for (const char* line : {"one\n", "two\n"}) {
      if (write(ends[1], line, 4) != 4) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  char text[16];
  std::size_t size = 0;
  for (ssize_t got; (got = read(ends[0], text + size, sizeof text - size)) > 0;) size += static_cast<std::size_t>(got);
  close(ends[0]);
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) return 1;
  return size == 8 && std::memcmp(text, "one\ntwo\n", 8) == 0 ? 0 : 1;
}
