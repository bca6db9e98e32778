// expect: clean
// A worker gives up in the middle of a transfer; whoever has the mutex next brings the accounts into order.
#include <errno.h>
#include <pthread.h>

#include <cassert>
#include <thread>

pthread_mutex_t mutex;
int from = 100;
int to = 0;

void Lock() {
  if (pthread_mutex_lock(&mutex) != EOWNERDEAD) return;
  to = 100 - from;
  pthread_mutex_consistent(&mutex);
}

void* Transfer(void*) {
  Lock();
  from -= 30;
  pthread_exit(nullptr);  // out of patience
}

int main() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &attributes);
  pthread_t worker;
  pthread_create(&worker, nullptr, Transfer, nullptr);
  Lock();
  assert(from + to == 100);
  pthread_mutex_unlock(&mutex);
  pthread_join(worker, nullptr);
}
