// expect: deadlock
// Nobody told the mutex that it survives its owner: the one who waits for it waits for ever.
#include <pthread.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
int total = 0;

void* Work(void*) {
  pthread_mutex_lock(&mutex);
  ++total;
  return nullptr;
}

int main() {
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  pthread_mutex_lock(&mutex);  // bug
  ++total;
  pthread_mutex_unlock(&mutex);
  pthread_join(worker, nullptr);
}
