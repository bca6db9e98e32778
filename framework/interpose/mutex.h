// What condition variables need of mutexes.
#ifndef RACECOURSE_INTERPOSE_MUTEX_H_
#define RACECOURSE_INTERPOSE_MUTEX_H_

#include <pthread.h>

#include "framework/execution/execution.h"

namespace racecourse {

SyncObject& MutexObject(pthread_mutex_t* mutex);

// The current thread announces `kind` and goes on when it has the mutex; false if the deadline passed first.
bool AwaitMutex(SyncObject& object, OperationKind kind, VirtualTime deadline);

// The current thread, its owner, gives it up. The caller reports the event.
void ReleaseMutex(SyncObject& object);

// What the thread that just got the mutex is told: 0, or EOWNERDEAD, or ENOTRECOVERABLE, and then it does not have it.
int ResultOfUnsoundLock(SyncObject& object);
inline int ResultOfLock(SyncObject& object) {
  return __builtin_expect(object.recovery == Recovery::kSound, 1) ? 0 : ResultOfUnsoundLock(object);
}

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_MUTEX_H_
