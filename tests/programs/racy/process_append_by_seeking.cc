// expect: assertion
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// Each process opens the file for itself, and so has an offset of its own.
void Append(const char* path) {
  const int file = open(path, O_WRONLY);
  lseek(file, 0, SEEK_END);
  if (write(file, "line\n", 5) != 5) _exit(1);
  close(file);
}

int main() {
  char path[] = "/tmp/racecourse_append_XXXXXX";
  const int file = mkstemp(path);
  if (fork() == 0) {
    Append(path);
    _exit(0);
  }
  Append(path);
  wait(nullptr);
  const long size = lseek(file, 0, SEEK_END);
  unlink(path);
  assert(size == 10);  // bug: the end may have moved before the write
  return 0;
}
