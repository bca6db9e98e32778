// expect: clean
// Cancels a consumer that waits; its cleanup handler gives the mutex back.
#include <pthread.h>

#include <cassert>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
int items = 0;
int consumed = 0;

void Unlock(void*) { pthread_mutex_unlock(&mutex); }

void* Consume(void*) {
  for (;;) {
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(Unlock, nullptr);
    while (items == 0) pthread_cond_wait(&arrived, &mutex);
    --items;
    ++consumed;
    pthread_cleanup_pop(1);
  }
}

int main() {
  pthread_t consumer;
  pthread_create(&consumer, nullptr, Consume, nullptr);
  pthread_mutex_lock(&mutex);
  items = 1;
  pthread_cond_signal(&arrived);
  pthread_mutex_unlock(&mutex);
  pthread_cancel(consumer);
  void* result = nullptr;
  pthread_join(consumer, &result);
  assert(result == PTHREAD_CANCELED);
  pthread_mutex_lock(&mutex);
  assert(items + consumed == 1);
  pthread_mutex_unlock(&mutex);
}
