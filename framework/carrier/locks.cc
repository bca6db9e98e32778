// Mutexes, shared mutexes, spinlocks, semaphores, barriers and condition variables. All but the last are the real ones:
// the itinerary says when a thread gets what it waits for, and then it is there.

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/carrier/sanitizer.h"
#include "framework/execution/mutex_kind.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

extern "C" {
int RC_SANITIZED(pthread_mutex_lock)(pthread_mutex_t*) noexcept;
int RC_SANITIZED(pthread_mutex_trylock)(pthread_mutex_t*) noexcept;
int RC_SANITIZED(pthread_mutex_timedlock)(pthread_mutex_t*, const timespec*) noexcept;
int RC_SANITIZED(pthread_mutex_clocklock)(pthread_mutex_t*, clockid_t, const timespec*) noexcept;
int RC_SANITIZED(pthread_mutex_unlock)(pthread_mutex_t*) noexcept;
int RC_SANITIZED(pthread_rwlock_rdlock)(pthread_rwlock_t*) noexcept;
int RC_SANITIZED(pthread_rwlock_wrlock)(pthread_rwlock_t*) noexcept;
int RC_SANITIZED(pthread_rwlock_tryrdlock)(pthread_rwlock_t*) noexcept;
int RC_SANITIZED(pthread_rwlock_trywrlock)(pthread_rwlock_t*) noexcept;
int RC_SANITIZED(pthread_rwlock_timedrdlock)(pthread_rwlock_t*, const timespec*) noexcept;
int RC_SANITIZED(pthread_rwlock_timedwrlock)(pthread_rwlock_t*, const timespec*) noexcept;
int RC_SANITIZED(pthread_rwlock_unlock)(pthread_rwlock_t*) noexcept;
int RC_SANITIZED(pthread_spin_lock)(pthread_spinlock_t*) noexcept;
int RC_SANITIZED(pthread_spin_trylock)(pthread_spinlock_t*) noexcept;
int RC_SANITIZED(pthread_spin_unlock)(pthread_spinlock_t*) noexcept;
int RC_SANITIZED(pthread_barrier_wait)(pthread_barrier_t*) noexcept;
int RC_SANITIZED(pthread_cond_wait)(pthread_cond_t*, pthread_mutex_t*);
int RC_SANITIZED(pthread_cond_timedwait)(pthread_cond_t*, pthread_mutex_t*, const timespec*);
int RC_SANITIZED(pthread_cond_clockwait)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
int RC_SANITIZED(pthread_cond_signal)(pthread_cond_t*) noexcept;
int RC_SANITIZED(pthread_cond_broadcast)(pthread_cond_t*) noexcept;
int RC_SANITIZED(sem_wait)(sem_t*);
int RC_SANITIZED(sem_trywait)(sem_t*) noexcept;
int RC_SANITIZED(sem_timedwait)(sem_t*, const timespec*);
int RC_SANITIZED(sem_post)(sem_t*) noexcept;
}

namespace {

// A wait with a time limit has its lock if it is free when the itinerary lets it go on; else its time was up.
int Timed(int result) { return result == EBUSY ? ETIMEDOUT : result; }

int TimedWait(int result) {
  if (result != 0 && errno == EAGAIN) errno = ETIMEDOUT;
  return result;
}

// The mutex is given up and taken back through the sanitizer, which knows no other order that a wait makes.
int Wait(pthread_mutex_t* mutex, OperationKind kind) {
  constexpr std::uint8_t kTimedOut = 2;
  Arrive(kind);
  RC_SANITIZED(pthread_mutex_unlock)(mutex);
  const bool timed_out = Arrive(kind).outcome == kTimedOut;
  Arrive(OperationKind::kMutexLock);
  const int result = RC_SANITIZED(pthread_mutex_lock)(mutex);
  return result != 0 ? result : timed_out ? ETIMEDOUT : 0;
}

// glibc counts the threads that a barrier is for in its third word.
unsigned LimitOf(const pthread_barrier_t* barrier) { return reinterpret_cast<const unsigned*>(barrier)[2]; }
// How many have come in this round: glibc's first word counts all, the second where the round began.
bool IsLast(const pthread_barrier_t* barrier) {
  const auto* words = reinterpret_cast<const volatile unsigned*>(barrier);
  return words[0] - words[1] + 1 >= LimitOf(barrier);
}

// A mutex that refuses its owner says so at once; that is no operation.
void ArriveToLock(const pthread_mutex_t* mutex) {
  if (TypeOf(mutex) == PTHREAD_MUTEX_ERRORCHECK && mutex->__data.__owner == SystemCall(SYS_gettid)) return;
  Arrive(OperationKind::kMutexLock);
}

}  // namespace

namespace racecourse {

// The kernel gives up what a thread holds of robust mutexes when it ends, and finds them by this list. Source: the
// kernel's robust-futexes.rst; each entry is as far from its lock's word, which glibc has first, as the head says.
void GiveUpRobustMutexes() {
  robust_list_head* head = nullptr;
  std::size_t size = 0;
  if (SystemCall(SYS_get_robust_list, 0, &head, &size) != 0 || head == nullptr) return;
  constexpr std::uintptr_t kInheritsPriority = 1;
  for (auto entry = reinterpret_cast<std::uintptr_t>(head->list.next);;) {
    entry &= ~kInheritsPriority;
    if (entry == reinterpret_cast<std::uintptr_t>(&head->list)) return;
    __tsan_release(reinterpret_cast<void*>(entry + static_cast<std::uintptr_t>(head->futex_offset)));
    entry = reinterpret_cast<std::uintptr_t>(reinterpret_cast<const robust_list*>(entry)->next);
  }
}

}  // namespace racecourse

RC_CARRY int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (IsFollowing()) ArriveToLock(mutex);
  RC_GO_ON RC_SANITIZED(pthread_mutex_lock)(mutex);
}
RC_CARRY int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kMutexTryLock);
  RC_GO_ON RC_SANITIZED(pthread_mutex_trylock)(mutex);
}
RC_CARRY int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) noexcept {
  if (!IsFollowing()) return RC_SANITIZED(pthread_mutex_timedlock)(mutex, deadline);
  Arrive(OperationKind::kMutexTimedLock);
  return Timed(RC_SANITIZED(pthread_mutex_trylock)(mutex));
}
RC_CARRY int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline) noexcept {
  if (!IsFollowing()) return RC_SANITIZED(pthread_mutex_clocklock)(mutex, clock, deadline);
  Arrive(OperationKind::kMutexTimedLock);
  return Timed(RC_SANITIZED(pthread_mutex_trylock)(mutex));
}
RC_CARRY int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kMutexUnlock);
  RC_GO_ON RC_SANITIZED(pthread_mutex_unlock)(mutex);
}

RC_CARRY int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kReadLock);
  RC_GO_ON RC_SANITIZED(pthread_rwlock_rdlock)(lock);
}
RC_CARRY int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kWriteLock);
  RC_GO_ON RC_SANITIZED(pthread_rwlock_wrlock)(lock);
}
RC_CARRY int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kTryReadLock);
  RC_GO_ON RC_SANITIZED(pthread_rwlock_tryrdlock)(lock);
}
RC_CARRY int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kTryWriteLock);
  RC_GO_ON RC_SANITIZED(pthread_rwlock_trywrlock)(lock);
}
RC_CARRY int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
  if (!IsFollowing()) return RC_SANITIZED(pthread_rwlock_timedrdlock)(lock, deadline);
  Arrive(OperationKind::kTimedReadLock);
  return Timed(RC_SANITIZED(pthread_rwlock_tryrdlock)(lock));
}
RC_CARRY int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
  if (!IsFollowing()) return RC_SANITIZED(pthread_rwlock_timedwrlock)(lock, deadline);
  Arrive(OperationKind::kTimedWriteLock);
  return Timed(RC_SANITIZED(pthread_rwlock_trywrlock)(lock));
}
// The sanitizer does not know the two with a clock; nothing of libstdc++ uses them where the others exist.
RC_CARRY int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t, const timespec* deadline) noexcept {
  return pthread_rwlock_timedrdlock(lock, deadline);
}
RC_CARRY int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t, const timespec* deadline) noexcept {
  return pthread_rwlock_timedwrlock(lock, deadline);
}
RC_CARRY int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kRwlockUnlock);
  RC_GO_ON RC_SANITIZED(pthread_rwlock_unlock)(lock);
}

RC_CARRY int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kSpinLock);
  RC_GO_ON RC_SANITIZED(pthread_spin_lock)(lock);
}
RC_CARRY int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kSpinTryLock);
  RC_GO_ON RC_SANITIZED(pthread_spin_trylock)(lock);
}
RC_CARRY int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kSpinUnlock);
  RC_GO_ON RC_SANITIZED(pthread_spin_unlock)(lock);
}

RC_CARRY int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  if (!IsFollowing()) return RC_SANITIZED(pthread_barrier_wait)(barrier);
  Arrive(OperationKind::kBarrierWait);
  if (IsLast(barrier)) return RC_SANITIZED(pthread_barrier_wait)(barrier);
  GiveTurn();
  const int result = RC_SANITIZED(pthread_barrier_wait)(barrier);
  AwaitTurn(OperationKind::kBarrierWait);
  return result;
}

RC_CARRY int sem_wait(sem_t* semaphore) {
  if (IsFollowing()) Arrive(OperationKind::kSemaphoreWait);
  RC_GO_ON RC_SANITIZED(sem_wait)(semaphore);
}
RC_CARRY int sem_trywait(sem_t* semaphore) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kSemaphoreTryWait);
  RC_GO_ON RC_SANITIZED(sem_trywait)(semaphore);
}
RC_CARRY int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  if (!IsFollowing()) return RC_SANITIZED(sem_timedwait)(semaphore, deadline);
  Arrive(OperationKind::kSemaphoreTimedWait);
  return TimedWait(RC_SANITIZED(sem_trywait)(semaphore));
}
RC_CARRY int sem_post(sem_t* semaphore) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kSemaphorePost);
  RC_GO_ON RC_SANITIZED(sem_post)(semaphore);
}

RC_CARRY int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (!IsFollowing()) return RC_SANITIZED(pthread_cond_wait)(condition, mutex);
  return Wait(mutex, OperationKind::kConditionWait);
}
RC_CARRY int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline) {
  if (!IsFollowing()) return RC_SANITIZED(pthread_cond_timedwait)(condition, mutex, deadline);
  return Wait(mutex, OperationKind::kConditionTimedWait);
}
RC_CARRY int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                    const timespec* deadline) {
  if (!IsFollowing()) return RC_SANITIZED(pthread_cond_clockwait)(condition, mutex, clock, deadline);
  return Wait(mutex, OperationKind::kConditionTimedWait);
}
RC_CARRY int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kConditionSignal);
  RC_GO_ON RC_SANITIZED(pthread_cond_signal)(condition);
}
RC_CARRY int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kConditionBroadcast);
  RC_GO_ON RC_SANITIZED(pthread_cond_broadcast)(condition);
}
