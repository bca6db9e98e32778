// expect: assertion
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

int Read(const char* path) {
  int number = 0;
  std::ifstream(path) >> number;
  return number;
}

void Count(const char* path) {
  const int number = Read(path);
  std::ofstream(path) << number + 1;
}

int main() {
  char path[] = "/tmp/racecourse_counter_XXXXXX";
  const int file = mkstemp(path);
  if (fork() == 0) {
    Count(path);
    _exit(0);
  }
  Count(path);
  wait(nullptr);
  const int number = Read(path);
  unlink(path);
  close(file);
  assert(number == 2);  // bug: nobody locks the file between reading and writing
  return 0;
}
