#include "framework/core/operation.h"

namespace racecourse {

const char* OperationName(OperationKind kind) {
  switch (kind) {
    case OperationKind::kNone:
      return "nothing";
    case OperationKind::kThreadStart:
      return "start";
    case OperationKind::kThreadCreate:
      return "create";
    case OperationKind::kThreadJoin:
      return "join";
    case OperationKind::kThreadDetach:
      return "detach";
    case OperationKind::kThreadExit:
      return "exit";
    case OperationKind::kMutexLock:
      return "lock";
    case OperationKind::kMutexTryLock:
      return "try_lock";
    case OperationKind::kMutexTimedLock:
      return "timed lock";
    case OperationKind::kMutexUnlock:
      return "unlock";
    case OperationKind::kConditionWait:
      return "wait";
    case OperationKind::kConditionTimedWait:
      return "timed wait";
    case OperationKind::kConditionSignal:
      return "notify_one";
    case OperationKind::kConditionBroadcast:
      return "notify_all";
    case OperationKind::kReadLock:
      return "lock_shared";
    case OperationKind::kTryReadLock:
      return "try_lock_shared";
    case OperationKind::kTimedReadLock:
      return "timed lock_shared";
    case OperationKind::kWriteLock:
      return "lock";
    case OperationKind::kTryWriteLock:
      return "try_lock";
    case OperationKind::kTimedWriteLock:
      return "timed lock";
    case OperationKind::kRwlockUnlock:
      return "unlock";
    case OperationKind::kSemaphoreWait:
      return "acquire";
    case OperationKind::kSemaphoreTryWait:
      return "try_acquire";
    case OperationKind::kSemaphoreTimedWait:
      return "timed acquire";
    case OperationKind::kSemaphorePost:
      return "release";
    case OperationKind::kBarrierWait:
      return "arrive and wait";
    case OperationKind::kSpinLock:
      return "spin lock";
    case OperationKind::kSpinTryLock:
      return "spin try_lock";
    case OperationKind::kSpinUnlock:
      return "spin unlock";
    case OperationKind::kOnce:
      return "call once";
    case OperationKind::kAtomicLoad:
      return "atomic load";
    case OperationKind::kAtomicStore:
      return "atomic store";
    case OperationKind::kAtomicReadModifyWrite:
      return "atomic update";
    case OperationKind::kAtomicCompareExchange:
      return "compare exchange";
    case OperationKind::kFence:
      return "fence";
    case OperationKind::kFutexWait:
      return "wait";
    case OperationKind::kFutexTimedWait:
      return "timed wait";
    case OperationKind::kFutexWake:
      return "notify";
    case OperationKind::kYield:
      return "yield";
    case OperationKind::kSleep:
      return "sleep";
    case OperationKind::kPlainRead:
      return "read";
    case OperationKind::kPlainWrite:
      return "write";
    case OperationKind::kFree:
      return "free";
    case OperationKind::kCoroutineResume:
      return "resume";
    case OperationKind::kCoroutineSuspend:
      return "suspend";
    case OperationKind::kCoroutineDestroy:
      return "destroy";
    case OperationKind::kOpen:
      return "open";
    case OperationKind::kDuplicate:
      return "duplicate";
    case OperationKind::kClose:
      return "close";
    case OperationKind::kRead:
      return "read";
    case OperationKind::kWrite:
      return "write";
    case OperationKind::kConnect:
      return "connect";
    case OperationKind::kAccept:
      return "accept";
    case OperationKind::kPoll:
      return "poll";
    case OperationKind::kFork:
      return "fork";
    case OperationKind::kProcessStart:
      return "start process";
    case OperationKind::kProcessEnd:
      return "end process";
    case OperationKind::kExec:
      return "exec";
    case OperationKind::kProgramStep:
      return "run program";
    case OperationKind::kWaitForChild:
      return "wait for child";
    case OperationKind::kKill:
      return "kill";
    case OperationKind::kDescriptorControl:
      return "control";
    case OperationKind::kSignalSend:
      return "send signal";
    case OperationKind::kSignalAction:
      return "set signal action";
    case OperationKind::kSignalMask:
      return "set signal mask";
    case OperationKind::kLibraryCall:
      return "call";
    case OperationKind::kSignalHandle:
      return "handle signal";
    case OperationKind::kSignalWait:
      return "wait for signal";
    case OperationKind::kThreadCancel:
      return "cancel";
    case OperationKind::kTimerSet:
      return "set timer";
    case OperationKind::kTimerExpire:
      return "expire";
    case OperationKind::kFileLock:
      return "lock";
    case OperationKind::kFileTryLock:
      return "try_lock";
    case OperationKind::kFileUnlock:
      return "unlock";
    case OperationKind::kProcessGroup:
      return "process group";
    case OperationKind::kProcessLook:
      return "look at process";
    case OperationKind::kTimeSlice:
      return "go on";
  }
  return "unknown";
}

}  // namespace racecourse
