// The attributes of a mutex, which glibc keeps in the mutex itself: its type in the lowest bits of __kind, above them
// whether it is robust. Source: glibc 2.36, nptl/pthreadP.h.
#ifndef RACECOURSE_EXECUTION_MUTEX_KIND_H_
#define RACECOURSE_EXECUTION_MUTEX_KIND_H_

#include <pthread.h>

namespace racecourse {

// PTHREAD_MUTEX_NORMAL, …
inline int TypeOf(const pthread_mutex_t* mutex) { return mutex->__data.__kind & 3; }

inline bool IsRobust(const pthread_mutex_t* mutex) {
  constexpr int kRobustBit = 16;
  return (mutex->__data.__kind & kRobustBit) != 0;
}

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_MUTEX_KIND_H_
