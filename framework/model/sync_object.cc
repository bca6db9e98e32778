#include "framework/model/sync_object.h"

namespace racecourse {

const char* ObjectKindName(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kAtomic:
      return "atomic";
    case ObjectKind::kMutex:
      return "mutex";
    case ObjectKind::kCondition:
      return "condition variable";
    case ObjectKind::kRwlock:
      return "shared mutex";
    case ObjectKind::kSemaphore:
      return "semaphore";
    case ObjectKind::kBarrier:
      return "barrier";
    case ObjectKind::kSpinlock:
      return "spinlock";
    case ObjectKind::kOnce:
      return "once flag";
    case ObjectKind::kFutex:
      return "atomic";
    case ObjectKind::kException:
      return "exception";
    case ObjectKind::kPipe:
      return "pipe";
    case ObjectKind::kSocket:
      return "socket";
    case ObjectKind::kEventCounter:
      return "eventfd";
    case ObjectKind::kTimer:
      return "timerfd";
    case ObjectKind::kEpoll:
      return "epoll";
    case ObjectKind::kFile:
      return "file";
    case ObjectKind::kMessageQueue:
      return "message queue";
    case ObjectKind::kSemaphoreSet:
      return "semaphore set";
    case ObjectKind::kDescriptors:
      return "descriptors";
  }
  return "object";
}

}  // namespace racecourse
