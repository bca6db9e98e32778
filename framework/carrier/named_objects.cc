// Objects of the system's that have a name, or outlive a run: what the engine has in their place is its own, and the
// real ones would be met by the next run, and by others. They are not followed.

#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/descriptors.h"
#include "framework/carrier/interceptor.h"

using namespace racecourse;

#define RC_REFUSES(result, name, parameters, arguments) \
  RC_WEAKLY(name)                                       \
  RC_CARRY result name parameters {                     \
    if (IsFollowing()) Refuse(#name);                   \
    return RC_BEHIND(name) arguments;                   \
  }

RC_REFUSES(int, shm_open, (const char* name, int flags, mode_t mode), (name, flags, mode))
RC_REFUSES(int, semget, (key_t key, int count, int flags) noexcept, (key, count, flags))
RC_REFUSES(int, msgget, (key_t key, int flags) noexcept, (key, flags))
RC_REFUSES(int, shmget, (key_t key, size_t size, int flags) noexcept, (key, size, flags))

RC_WEAKLY(sem_open)
RC_CARRY sem_t* sem_open(const char* name, int flags, ...) noexcept {
  if (IsFollowing()) Refuse("sem_open");
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  const unsigned value = va_arg(list, unsigned);
  va_end(list);
  return RC_BEHIND(sem_open)(name, flags, mode, value);
}
RC_WEAKLY(mq_open)
RC_CARRY mqd_t mq_open(const char* name, int flags, ...) noexcept {
  if (IsFollowing()) Refuse("mq_open");
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  mq_attr* const attributes = va_arg(list, mq_attr*);
  va_end(list);
  return RC_BEHIND(mq_open)(name, flags, mode, attributes);
}
