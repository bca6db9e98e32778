// expect: clean
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// The work is done by a daemon: a grandchild whose parent has ended.
int main() {
  auto* result =
      static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  int done[2];
  if (pipe(done) != 0) return 2;
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    if (fork() == 0) {
      *result = 42;
      _exit(0);
    }
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  close(done[1]);
  // Its end comes when the daemon has ended too, which still has the pipe open.
  char c;
  if (read(done[0], &c, 1) != 0) return 3;
  return *result == 42 ? 0 : 1;
}
