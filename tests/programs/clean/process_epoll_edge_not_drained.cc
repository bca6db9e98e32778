// expect: clean
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK) != 0) return 1;
  if (fork() == 0) {
    for (int i = 0; i < 2; ++i) {
      if (write(ends[1], "x", 1) != 1) _exit(1);
    }
    _exit(0);
  }
  const int events = epoll_create1(0);
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  epoll_ctl(events, EPOLL_CTL_ADD, ends[0], &event);
  for (int received = 0; received < 2;) {
    epoll_wait(events, &event, 1, -1);
    char byte;
    while (read(ends[0], &byte, 1) == 1) ++received;
  }
  wait(nullptr);
  return 0;
}
