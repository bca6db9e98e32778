// The life of threads, each one of the operating system's, known to the sanitizer by its own pthread_create.

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

extern "C" {
int RC_SANITIZED(pthread_create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) noexcept;
int RC_SANITIZED(pthread_join)(pthread_t, void**);
int RC_SANITIZED(pthread_detach)(pthread_t) noexcept;
int RC_SANITIZED(pthread_timedjoin_np)(pthread_t, void**, const timespec*);
}

namespace {

struct Start {
  void* (*function)(void*);
  void* argument;
  std::uint32_t carrier;
};

// Whoever leaves does so when the destructors of thread_local objects and of keys have run: in the round of them
// before the last, which is the sanitizer's own.
constexpr std::uintptr_t kLastRound = 3;
pthread_key_t leaving;

void EndRound(void* round) {
  const auto number = reinterpret_cast<std::uintptr_t>(round);
  if (number == kLastRound) {
    if (IsFollowing()) GiveUpRobustMutexes();
    return Leave();
  }
  pthread_setspecific(leaving, reinterpret_cast<void*>(number + 1));
}

__attribute__((constructor)) void MakeKey() { pthread_key_create(&leaving, EndRound); }

void* Run(void* argument) {
  const Start start = *static_cast<Start*>(argument);
  free(argument);
  pthread_setspecific(leaving, reinterpret_cast<void*>(1));
  BecomeCarrier(start.carrier);
  return start.function(start.argument);
}

}  // namespace

namespace racecourse {

void StartCarrier(void* (*function)(void*), void* argument) {
  auto* start = static_cast<Start*>(malloc(sizeof(Start)));
  *start = {function, argument, NewCarrier()};
  pthread_t handle;
  Suspend();  // what starting a thread does is no operation of the program's
  if (RC_SANITIZED(pthread_create)(&handle, nullptr, Run, start) != 0) Finish(Following::kUnsupported);
  RC_SANITIZED(pthread_detach)(handle);
  Resume();
}

}  // namespace racecourse

RC_CARRY int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*function)(void*),
                            void* argument) noexcept {
  if (!IsFollowing()) return RC_SANITIZED(pthread_create)(handle, attributes, function, argument);
  Arrive(OperationKind::kThreadCreate);
  auto* start = static_cast<Start*>(malloc(sizeof(Start)));
  const std::uint32_t number = NewCarrier();
  *start = {function, argument, number};
  const int result = RC_SANITIZED(pthread_create)(handle, attributes, Run, start);
  if (result == 0) NoteThreadHandle(number, ThisCarrier(), *handle);
  return result;
}
RC_CARRY int pthread_join(pthread_t handle, void** result) {
  if (IsFollowing() && handle != pthread_self()) {
    Arrive(OperationKind::kThreadJoin);
    NoteThreadJoined(handle);
    NoteJoined();
  }
  RC_GO_ON RC_SANITIZED(pthread_join)(handle, result);
}
RC_CARRY int pthread_timedjoin_np(pthread_t handle, void** result, const timespec* deadline) {
  if (!IsFollowing()) return RC_SANITIZED(pthread_timedjoin_np)(handle, result, deadline);
  if (Arrive(OperationKind::kThreadJoin).outcome == Arrival::kNoOutcome) return ETIMEDOUT;
  NoteThreadJoined(handle);
  NoteJoined();
  return RC_SANITIZED(pthread_join)(handle, result);
}
RC_CARRY int pthread_detach(pthread_t handle) noexcept {
  if (IsFollowing()) Arrive(OperationKind::kThreadDetach);
  RC_GO_ON RC_SANITIZED(pthread_detach)(handle);
}
RC_CARRY int sched_yield() noexcept {
  // A sanitizer that waits for a thread of its own means it.
  if (!IsFollowing()) return static_cast<int>(SystemCall(SYS_sched_yield));
  Arrive(OperationKind::kYield);
  return 0;
}
