// expect: deadlock
// A lock that prefers writers, read by a function that calls another which reads: a writer comes in between.
#include <pthread.h>

#include <thread>

pthread_rwlock_t lock;
int entries[2] = {1, 2};

int Entry(int i) {
  pthread_rwlock_rdlock(&lock);  // bug
  const int entry = entries[i];
  pthread_rwlock_unlock(&lock);
  return entry;
}

int Sum() {
  pthread_rwlock_rdlock(&lock);
  const int sum = Entry(0) + Entry(1);
  pthread_rwlock_unlock(&lock);
  return sum;
}

int main() {
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&lock, &attributes);
  std::thread writer([] {
    pthread_rwlock_wrlock(&lock);
    entries[0] = 5;
    pthread_rwlock_unlock(&lock);
  });
  Sum();
  writer.join();
}
