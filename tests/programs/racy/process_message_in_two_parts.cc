// expect: assertion
#include <assert.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct Message {
  int size;
  int value;
};

int main() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  if (fork() == 0) {
    const Message message = {4, 42};
    write(ends[1], &message.size, sizeof message.size);
    write(ends[1], &message.value, sizeof message.value);
    _exit(0);
  }
  Message message = {};
  const ssize_t got = read(ends[0], &message, sizeof message);
  assert(got == sizeof message);  // bug: a stream keeps no boundaries, the second part may still be on its way
  assert(message.value == 42);
  wait(nullptr);
  return 0;
}
