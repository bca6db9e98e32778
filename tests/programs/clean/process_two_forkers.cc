// expect: clean
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>

std::mutex forking;

// Feeds a child that reads to the end.
void Feed() {
  int ends[2];
  std::unique_lock lock(forking);
  if (pipe(ends) != 0) _exit(2);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    char c;
    while (read(ends[0], &c, 1) == 1) {
    }
    _exit(0);
  }
  lock.unlock();
  close(ends[0]);
  if (write(ends[1], "x", 1) != 1) _exit(2);
  close(ends[1]);
  waitpid(child, nullptr, 0);
}

int main() {
  std::thread other(Feed);
  Feed();
  other.join();
  return 0;
}
