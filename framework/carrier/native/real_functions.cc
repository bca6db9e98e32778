// In a program without a sanitizer, libc's own functions stand behind our definitions: the names by which we call a
// sanitizer's interceptors are given to jumps to them, which see the program's own call like an interceptor would.

#include <dlfcn.h>
#include <stdlib.h>

#include "framework/core/check.h"
#include "framework/execution/system_call.h"

#define RC_FUNCTIONS(X)                                                                                               \
  X(pthread_create)                                                                                                   \
  X(pthread_join) X(pthread_detach) X(pthread_timedjoin_np) X(pthread_once) X(pthread_mutex_lock)                     \
      X(pthread_mutex_trylock) X(pthread_mutex_timedlock) X(pthread_mutex_clocklock) X(pthread_mutex_unlock)          \
          X(pthread_rwlock_rdlock) X(pthread_rwlock_wrlock) X(pthread_rwlock_tryrdlock) X(pthread_rwlock_trywrlock)   \
              X(pthread_rwlock_timedrdlock) X(pthread_rwlock_timedwrlock) X(pthread_rwlock_unlock)                    \
                  X(pthread_spin_lock) X(pthread_spin_trylock) X(pthread_spin_unlock) X(pthread_barrier_wait)         \
                      X(pthread_cond_wait) X(pthread_cond_timedwait) X(pthread_cond_clockwait) X(pthread_cond_signal) \
                          X(pthread_cond_broadcast) X(sem_wait) X(sem_trywait) X(sem_timedwait) X(sem_post)

#define RC_JUMP(name)                                 \
  extern "C" {                                        \
  __attribute__((used)) void* racecourse_real_##name; \
  }                                                   \
  asm(".text\n"                                       \
      ".globl __interceptor_" #name                   \
      "\n"                                            \
      ".type __interceptor_" #name                    \
      ", @function\n"                                 \
      "__interceptor_" #name                          \
      ":\n"                                           \
      "  jmp *racecourse_real_" #name                 \
      "(%rip)\n"                                      \
      ".size __interceptor_" #name ", . - __interceptor_" #name "\n");
RC_FUNCTIONS(RC_JUMP)

namespace {

void* Find(const char* name) {
  void* function = dlsym(RTLD_NEXT, name);
  if (function == nullptr) racecourse::SystemCall(SYS_exit_group, racecourse::kEngineFailureStatus);
  return function;
}

#define RC_FIND(name) racecourse_real_##name = Find(#name);
void FindAll() { RC_FUNCTIONS(RC_FIND) }

// Before the constructors of libraries, which may take a lock.
__attribute__((section(".preinit_array"), used)) void (*find_all)() = FindAll;

}  // namespace
