// expect: deadlock
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

// Feeds a child that reads to the end.
void Feed() {
  int ends[2];
  if (pipe(ends) != 0) _exit(2);
  const pid_t child = fork();  // bug: the child inherits the pipe that another thread has just made
  if (child == 0) {
    close(ends[1]);
    char c;
    while (read(ends[0], &c, 1) == 1) {  // bug: no end as long as the other child has it open
    }
    _exit(0);
  }
  close(ends[0]);
  if (write(ends[1], "x", 1) != 1) _exit(2);
  close(ends[1]);
  waitpid(child, nullptr, 0);  // bug: waits for ever
}

int main() {
  std::thread other(Feed);
  Feed();
  other.join();
  return 0;
}
