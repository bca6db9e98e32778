// What a thread is about to do, or did. Every scheduling point announces one Operation before it is performed, so that
// a strategy can look one operation ahead.
#ifndef RACECOURSE_CORE_OPERATION_H_
#define RACECOURSE_CORE_OPERATION_H_

#include <cstdint>

namespace racecourse {

enum class OperationKind : std::uint8_t {
  kNone,
  kThreadStart,
  kThreadCreate,
  kThreadJoin,
  kThreadDetach,
  kThreadExit,
  kMutexLock,
  kMutexTryLock,
  kMutexTimedLock,
  kMutexUnlock,
  kConditionWait,
  kConditionTimedWait,
  kConditionSignal,
  kConditionBroadcast,
  kReadLock,
  kTryReadLock,
  kTimedReadLock,
  kWriteLock,
  kTryWriteLock,
  kTimedWriteLock,
  kRwlockUnlock,
  kSemaphoreWait,
  kSemaphoreTryWait,
  kSemaphoreTimedWait,
  kSemaphorePost,
  kBarrierWait,
  kSpinLock,
  kSpinTryLock,
  kSpinUnlock,
  kOnce,
  kAtomicLoad,
  kAtomicStore,
  kAtomicReadModifyWrite,
  kAtomicCompareExchange,
  kFence,
  kFutexWait,
  kFutexTimedWait,
  kFutexWake,
  kYield,
  kSleep,
  kPlainRead,
  kPlainWrite,
  kFree,
  kCoroutineResume,  // these three are no scheduling points: recorded for reports only
  kCoroutineSuspend,
  kCoroutineDestroy,
  kOpen,  // a pipe, a socket, an eventfd … comes into being
  kDuplicate,
  kClose,
  kRead,
  kWrite,
  kConnect,
  kAccept,
  kPoll,
  kFork,
  kProcessStart,
  kProcessEnd,
  kExec,
  kProgramStep,  // of a program that is not under control
  kWaitForChild,
  kKill,
  kDescriptorControl,  // bind, listen, shutdown, epoll_ctl, fcntl
  kSignalSend,
  kSignalAction,  // a handler is installed
  kSignalMask,
  kLibraryCall,  // of a function that a signal must not interrupt
  kSignalHandle,
  kSignalWait,
  kThreadCancel,
  kFileLock,
  kFileTryLock,
  kFileUnlock,
  kTimerSet,
  kTimerExpire,
  kProcessGroup,  // a process joins a group, or begins a session
  kProcessLook,   // at the group, session or parent of a process
  kTimeSlice,  // a long stretch of plain code was cut so that others may move
};

// The verb for reports: "lock", "atomic load" …
const char* OperationName(OperationKind kind);

// True if performing the operation can change what another thread's operation on the same object sees: two operations
// on one object are dependent unless both leave it as it is.
constexpr bool IsWriteLike(OperationKind kind) {
  return kind != OperationKind::kAtomicLoad && kind != OperationKind::kPlainRead;
}

// The pending operation of one thread. `object` identifies what it acts on within this execution (0: nothing that
// another thread can share), equal for equal objects.
struct PendingOperation {
  OperationKind kind = OperationKind::kNone;
  std::uint64_t object = 0;
};

// Source: the definition of dependence used by Godefroid (LNCS 1032) and all partial-order methods after it.
constexpr bool AreDependent(const PendingOperation& a, const PendingOperation& b) {
  return a.object != 0 && a.object == b.object && (IsWriteLike(a.kind) || IsWriteLike(b.kind));
}

}  // namespace racecourse

#endif  // RACECOURSE_CORE_OPERATION_H_
