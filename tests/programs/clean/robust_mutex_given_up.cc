// expect: clean
// The mutex survives its owner, and who has it next is told.
#include <errno.h>
#include <pthread.h>

#include <cassert>

pthread_mutex_t mutex;
int total = 0;

void* Work(void*) {
  pthread_mutex_lock(&mutex);
  ++total;
  return nullptr;
}

int main() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &attributes);
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  if (pthread_mutex_lock(&mutex) == EOWNERDEAD) {
    assert(total == 1);
    pthread_mutex_consistent(&mutex);
  }
  ++total;
  pthread_mutex_unlock(&mutex);
  pthread_join(worker, nullptr);
  assert(total == 2);
}
