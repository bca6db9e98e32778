// expect: deadlock
// Cancels a consumer that waits: it dies with the mutex in its hands.
#include <pthread.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
int items = 0;
int consumed = 0;

void* Consume(void*) {
  for (;;) {
    pthread_mutex_lock(&mutex);
    while (items == 0) pthread_cond_wait(&arrived, &mutex);
    --items;
    ++consumed;
    pthread_mutex_unlock(&mutex);
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
  pthread_join(consumer, nullptr);
  pthread_mutex_lock(&mutex);  // bug
  const int left = items;
  pthread_mutex_unlock(&mutex);
  return left < 0;
}
