// The functions that ThreadSanitizer intercepts and AddressSanitizer does not: the carriers go on in libc's own.

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>

#include "framework/carrier/interceptor.h"

// Not a static variable with an initializer: that would have a guard, and the guard is one of the carriers'.
#define RC_LIBC(name, parameters, arguments)                                                  \
  RC_CARRY int RC_SANITIZED(name) parameters {                                                \
    static decltype(&::name) real;                                                            \
    if (real == nullptr) real = reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name)); \
    return real arguments;                                                                    \
  }
#define RC_LIBC_1(name, T) RC_LIBC(name, (T p), (p))
#define RC_LIBC_2(name, T, U) RC_LIBC(name, (T p, U q), (p, q))
#define RC_LIBC_3(name, T, U, V) RC_LIBC(name, (T p, U q, V r), (p, q, r))
#define RC_LIBC_4(name, T, U, V, W) RC_LIBC(name, (T p, U q, V r, W s), (p, q, r, s))

RC_LIBC_1(pthread_mutex_lock, pthread_mutex_t*)
RC_LIBC_1(pthread_mutex_trylock, pthread_mutex_t*)
RC_LIBC_2(pthread_mutex_timedlock, pthread_mutex_t*, const timespec*)
RC_LIBC_3(pthread_mutex_clocklock, pthread_mutex_t*, clockid_t, const timespec*)
RC_LIBC_1(pthread_mutex_unlock, pthread_mutex_t*)
RC_LIBC_1(pthread_rwlock_rdlock, pthread_rwlock_t*)
RC_LIBC_1(pthread_rwlock_wrlock, pthread_rwlock_t*)
RC_LIBC_1(pthread_rwlock_tryrdlock, pthread_rwlock_t*)
RC_LIBC_1(pthread_rwlock_trywrlock, pthread_rwlock_t*)
RC_LIBC_2(pthread_rwlock_timedrdlock, pthread_rwlock_t*, const timespec*)
RC_LIBC_2(pthread_rwlock_timedwrlock, pthread_rwlock_t*, const timespec*)
RC_LIBC_1(pthread_rwlock_unlock, pthread_rwlock_t*)
RC_LIBC_1(pthread_spin_lock, pthread_spinlock_t*)
RC_LIBC_1(pthread_spin_trylock, pthread_spinlock_t*)
RC_LIBC_1(pthread_spin_unlock, pthread_spinlock_t*)
RC_LIBC_1(pthread_barrier_wait, pthread_barrier_t*)
RC_LIBC_2(pthread_cond_wait, pthread_cond_t*, pthread_mutex_t*)
RC_LIBC_3(pthread_cond_timedwait, pthread_cond_t*, pthread_mutex_t*, const timespec*)
RC_LIBC_4(pthread_cond_clockwait, pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)
RC_LIBC_1(pthread_cond_signal, pthread_cond_t*)
RC_LIBC_1(pthread_cond_broadcast, pthread_cond_t*)
using Initialise = void (*)();
RC_LIBC_2(pthread_once, pthread_once_t*, Initialise)
