// expect: deadlock
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  if (fork() == 0) {
    write(ends[1], "abcd", 4);
    write(ends[1], "efgh", 4);
    _exit(0);
  }
  const int poller = epoll_create1(0);
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &event);
  for (int total = 0; total < 8;) {
    epoll_wait(poller, &event, 1, -1);  // bug: no edge comes for what the last reading left
    char text[4];
    const ssize_t got = read(ends[0], text, sizeof text);
    if (got > 0) total += static_cast<int>(got);
  }
  wait(nullptr);
  return 0;
}
