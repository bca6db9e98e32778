// expect: clean
#include <fcntl.h>
#include <mqueue.h>
#include <sys/wait.h>
#include <unistd.h>

constexpr int kItems = 3;

mqd_t NewQueue(const char* name) {
  mq_attr attributes = {};
  attributes.mq_maxmsg = kItems;
  attributes.mq_msgsize = 1;
  return mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
}

// Sends all before it receives any: there is room for all.
void Exchange(mqd_t to, mqd_t from) {
  for (int i = 0; i < kItems; ++i) mq_send(to, "x", 1, 0);
  char c;
  for (int i = 0; i < kItems; ++i) mq_receive(from, &c, 1, nullptr);
}

int main() {
  const mqd_t there = NewQueue("/there");
  const mqd_t back = NewQueue("/back");
  if (fork() == 0) {
    Exchange(back, there);
    _exit(0);
  }
  Exchange(there, back);
  wait(nullptr);
  mq_unlink("/there");
  mq_unlink("/back");
  return 0;
}
