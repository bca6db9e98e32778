// expect: assertion
#include <assert.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  mq_attr attributes = {};
  attributes.mq_maxmsg = 4;
  attributes.mq_msgsize = 1;
  const mqd_t queue = mq_open("/racecourse-priorities", O_CREAT | O_RDWR, 0600, &attributes);
  if (queue < 0) return 1;
  if (fork() == 0) {
    mq_send(queue, "a", 1, 1);
    mq_send(queue, "b", 1, 2);
    _exit(0);
  }
  char first = 0, second = 0;
  mq_receive(queue, &first, 1, nullptr);
  mq_receive(queue, &second, 1, nullptr);
  assert(first == 'a' && second == 'b');  // bug: the second overtakes the first while both are in the queue
  wait(nullptr);
  mq_close(queue);
  mq_unlink("/racecourse-priorities");
  return 0;
}
