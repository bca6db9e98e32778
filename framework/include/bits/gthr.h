// Found before libstdc++'s header of the same name, which it includes.
//
// POSIX answers with an error code when a thread unlocks a recursive mutex that it does not hold. std::recursive_mutex,
// for which that is undefined, drops the code, and nobody would ever know. Here whoever does it is told.
#ifndef RACECOURSE_BITS_GTHR_H_
#define RACECOURSE_BITS_GTHR_H_

#pragma GCC system_header
#include_next <bits/gthr.h>

extern "C" __attribute__((weak)) void racecourse_check_recursive_unlock(const void* mutex);

#define __gthread_recursive_mutex_unlock(mutex)                                                        \
  (&racecourse_check_recursive_unlock != nullptr ? racecourse_check_recursive_unlock(mutex) : (void)0, \
   (__gthread_recursive_mutex_unlock)(mutex))

#endif  // RACECOURSE_BITS_GTHR_H_
