// expect: data_race
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>

struct Box {
  int value;
  volatile int ready;
};

int main() {
  auto* box = new (mmap(nullptr, sizeof(Box), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Box();
  if (fork() == 0) {
    box->value = 42;
    box->ready = 1;  // bug: a plain flag
    _exit(0);
  }
  while (box->ready == 0) sched_yield();  // bug: a plain flag
  const int value = box->value;
  wait(nullptr);
  return value == 42 ? 0 : 1;
}
