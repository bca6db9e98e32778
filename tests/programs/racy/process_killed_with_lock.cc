// expect: deadlock
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "racecourse/faults.h"

struct Shared {
  pthread_mutex_t mutex;
  int total;
};

int main() {
  auto* shared =
      static_cast<Shared*>(mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&shared->mutex, &attributes);
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&shared->mutex);
    ++shared->total;
    pthread_mutex_unlock(&shared->mutex);
    _exit(0);
  }
  MAY_CRASH(child);
  pthread_mutex_lock(&shared->mutex);  // bug: whoever held it may have been killed
  ++shared->total;
  pthread_mutex_unlock(&shared->mutex);
  int status;
  waitpid(child, &status, 0);
  return 0;
}
