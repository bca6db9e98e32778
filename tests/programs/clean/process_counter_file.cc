// expect: clean
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

int Read(const char* path) {
  int number = 0;
  std::ifstream(path) >> number;
  return number;
}

// The lock is a file of its own: the counter is emptied when it is opened for writing.
void Count(const char* path, const char* lock_path) {
  const int lock = open(lock_path, O_RDWR | O_CREAT, 0600);
  flock(lock, LOCK_EX);
  const int number = Read(path);
  std::ofstream(path) << number + 1;
  close(lock);
}

int main() {
  char path[] = "/tmp/racecourse_counter_XXXXXX";
  const int file = mkstemp(path);
  const std::string lock = std::string(path) + ".lock";
  if (fork() == 0) {
    Count(path, lock.c_str());
    _exit(0);
  }
  Count(path, lock.c_str());
  wait(nullptr);
  const int number = Read(path);
  unlink(path);
  unlink(lock.c_str());
  close(file);
  assert(number == 2);
  return 0;
}
