// expect: clean
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// Each process opens the file for itself, and locks it while it counts.
void Count(const char* path, int* total) {
  const int file = open(path, O_RDWR);
  flock(file, LOCK_EX);
  *total = *total + 1;
  close(file);
}

int main() {
  char path[] = "/tmp/racecourse_lock_XXXXXX";
  const int file = mkstemp(path);
  auto* total =
      static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (fork() == 0) {
    Count(path, total);
    _exit(0);
  }
  Count(path, total);
  wait(nullptr);
  close(file);
  unlink(path);
  return *total == 2 ? 0 : 1;
}
