// What the repaired headers of libstdc++ (framework/include) report: preconditions of the standard that leave no trace
// in the calls below them.

#include <pthread.h>
#include <semaphore.h>

#include "framework/execution/finding_builder.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/mutex.h"

using namespace racecourse;

RC_INTERPOSE void racecourse_latch_below_zero() {
  if (IsControlled()) ReportMisuse("counts a latch down below zero");
}

RC_INTERPOSE void racecourse_check_release(const void* semaphore, long update, long max) noexcept {
  if (!IsControlled()) return;
  int value = 0;
  sem_getvalue(const_cast<sem_t*>(static_cast<const sem_t*>(semaphore)), &value);
  if (update >= 0 && update <= max - value) return;
  const auto address = reinterpret_cast<std::uintptr_t>(semaphore);
  ReportMisuse(max == 1 ? "releases a binary semaphore that nobody acquired since it was last released"
                        : "releases a semaphore more often than its maximum allows",
               &TheExecution().shadow.Object(address, ObjectKind::kSemaphore));
}

RC_INTERPOSE void racecourse_check_recursive_unlock(const void* mutex) {
  if (!IsControlled()) return;
  SyncObject& object = MutexObject(const_cast<pthread_mutex_t*>(static_cast<const pthread_mutex_t*>(mutex)));
  if (object.owner == TheExecution().current->accessor.slot) return;
  ReportMisuse("unlocks a recursive mutex that it does not hold", &object);
}
