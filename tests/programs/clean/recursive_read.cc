// expect: clean
// A lock that prefers writers, taken once: what is called under it does not lock.
#include <pthread.h>

#include <thread>

pthread_rwlock_t lock;
int entries[2] = {1, 2};

int EntryLocked(int i) { return entries[i]; }

int Sum() {
  pthread_rwlock_rdlock(&lock);
  const int sum = EntryLocked(0) + EntryLocked(1);
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
