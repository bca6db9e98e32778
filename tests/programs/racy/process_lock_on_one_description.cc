// expect: data_race
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void Count(int file, int* total) {
  flock(file, LOCK_EX);
  *total = *total + 1;  // bug: parent and child have the same open file, which has one lock
  flock(file, LOCK_UN);
}

int main() {
  char path[] = "/tmp/racecourse_lock_XXXXXX";
  const int file = mkstemp(path);
  auto* total =
      static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (fork() == 0) {
    Count(file, total);
    _exit(0);
  }
  Count(file, total);
  wait(nullptr);
  unlink(path);
  return *total == 2 ? 0 : 1;
}
