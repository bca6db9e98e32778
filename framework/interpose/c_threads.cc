// The threads of C11, <threads.h>. glibc's own call its internal pthread functions, past ours; their types are those of
// pthreads, so these stand on the interposed functions. Source: ISO C11 7.26. Weak, because a C program may use the
// names for its own.

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#include "framework/interpose/forward.h"

#define RC_INTERPOSE_WEAK extern "C" __attribute__((visibility("default"), weak))

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));
pthread_mutex_t* Mutex(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* Condition(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

int Result(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ETIMEDOUT:
      return thrd_timedout;
    case ENOMEM:
      return thrd_nomem;
    default:
      return thrd_error;
  }
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* argument) {
  const Start start = *static_cast<Start*>(argument);
  free(argument);
  return reinterpret_cast<void*>(static_cast<long>(start.function(start.argument)));
}

}  // namespace

RC_INTERPOSE_WEAK int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto* start = static_cast<Start*>(malloc(sizeof(Start)));
  if (start == nullptr) return thrd_nomem;
  *start = {function, argument};
  return Result(pthread_create(thread, nullptr, Run, start));
}
RC_INTERPOSE_WEAK int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<long>(value));
  return Result(error);
}
RC_INTERPOSE_WEAK int thrd_detach(thrd_t thread) { return Result(pthread_detach(thread)); }
RC_INTERPOSE_WEAK void thrd_exit(int result) { pthread_exit(reinterpret_cast<void*>(static_cast<long>(result))); }
RC_INTERPOSE_WEAK void thrd_yield() { sched_yield(); }
RC_INTERPOSE_WEAK int thrd_sleep(const timespec* duration, timespec* rest) {
  return nanosleep(duration, rest) == 0 ? 0 : errno == EINTR ? -1 : -2;
}

RC_INTERPOSE_WEAK int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  return Result(pthread_mutex_init(Mutex(mutex), &attributes));
}
RC_INTERPOSE_WEAK int mtx_lock(mtx_t* mutex) { return Result(pthread_mutex_lock(Mutex(mutex))); }
RC_INTERPOSE_WEAK int mtx_trylock(mtx_t* mutex) { return Result(pthread_mutex_trylock(Mutex(mutex))); }
RC_INTERPOSE_WEAK int mtx_timedlock(mtx_t* mutex, const timespec* deadline) {
  return Result(pthread_mutex_timedlock(Mutex(mutex), deadline));
}
RC_INTERPOSE_WEAK int mtx_unlock(mtx_t* mutex) { return Result(pthread_mutex_unlock(Mutex(mutex))); }
RC_INTERPOSE_WEAK void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(Mutex(mutex)); }

RC_INTERPOSE_WEAK int cnd_init(cnd_t* condition) { return Result(pthread_cond_init(Condition(condition), nullptr)); }
RC_INTERPOSE_WEAK int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return Result(pthread_cond_wait(Condition(condition), Mutex(mutex)));
}
RC_INTERPOSE_WEAK int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* deadline) {
  return Result(pthread_cond_timedwait(Condition(condition), Mutex(mutex), deadline));
}
RC_INTERPOSE_WEAK int cnd_signal(cnd_t* condition) { return Result(pthread_cond_signal(Condition(condition))); }
RC_INTERPOSE_WEAK int cnd_broadcast(cnd_t* condition) { return Result(pthread_cond_broadcast(Condition(condition))); }
RC_INTERPOSE_WEAK void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(Condition(condition)); }

RC_INTERPOSE_WEAK int tss_create(tss_t* key, tss_dtor_t destroy) { return Result(pthread_key_create(key, destroy)); }
RC_INTERPOSE_WEAK void* tss_get(tss_t key) { return pthread_getspecific(key); }
RC_INTERPOSE_WEAK int tss_set(tss_t key, void* value) { return Result(pthread_setspecific(key, value)); }
RC_INTERPOSE_WEAK void tss_delete(tss_t key) { pthread_key_delete(key); }
RC_INTERPOSE_WEAK void call_once(once_flag* flag, void (*function)()) {
  pthread_once(reinterpret_cast<pthread_once_t*>(flag), function);
}
