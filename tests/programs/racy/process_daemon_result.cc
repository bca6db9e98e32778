// expect: data_race
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// The work is done by a daemon: a grandchild whose parent has ended.
int main() {
  auto* result =
      static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    if (fork() == 0) {
      *result = 42;  // bug: the end of its parent is not its own
      _exit(0);
    }
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  return *result == 42 ? 0 : 1;  // bug: nobody waited for the daemon
}
