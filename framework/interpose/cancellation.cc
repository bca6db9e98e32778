// pthread_cancel and what belongs to it. Cancellation is deferred: it takes effect at the next cancellation point. A
// thread that could be cancelled between any two instructions is refused. Source: POSIX.1-2017, 2.9.5.

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include "framework/execution/cleanup_buffer.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/puppet.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

int Cancel(pthread_t handle) {
  const ThreadSlot slot = SlotOfHandle(handle);
  if (slot == kNoThread) return ESRCH;
  Thread& thread = TheExecution().threads[slot];
  Arrive(OperationKind::kThreadCancel, 0);
  if (thread.state == Thread::State::kFree) ReportMisuse("cancels a thread that was joined, or detached and has ended");
  thread.cancel_requested = true;
  ExpectInterruptions();
  PerformedOnThread(OperationKind::kThreadCancel, thread);
  NoteChange();
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_cancel(pthread_t thread) {
  if (!IsControlled()) return RC_REAL(pthread_cancel)(thread);
  return Cancel(thread);
}
RC_INTERPOSE void pthread_testcancel() {
  if (!IsControlled()) return RC_REAL(pthread_testcancel)();
  if (!IsCancelled()) {
    // A loop that only computes and tests must give others their turn, who may ask it to end.
    GoesOnRegardless() ? Arrive(OperationKind::kYield, 0) : ArriveResting(OperationKind::kYield, 0);
    Performed(OperationKind::kYield, nullptr);
  }
  TestCancel();
}
RC_INTERPOSE int pthread_setcancelstate(int state, int* old) {
  if (!IsControlled()) return RC_REAL(pthread_setcancelstate)(state, old);
  if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) return EINVAL;
  Thread& self = *TheExecution().current;
  if (old != nullptr) *old = self.cancel_disabled ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
  self.cancel_disabled = state == PTHREAD_CANCEL_DISABLE;
  return 0;
}
RC_INTERPOSE int pthread_setcanceltype(int type, int* old) {
  if (!IsControlled()) return RC_REAL(pthread_setcanceltype)(type, old);
  if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS) return EINVAL;
  if (type == PTHREAD_CANCEL_ASYNCHRONOUS) ReportEscape("pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS)");
  if (old != nullptr) *old = PTHREAD_CANCEL_DEFERRED;
  return 0;
}

// pthread_cleanup_push in C.
RC_INTERPOSE void __pthread_register_cancel(__pthread_unwind_buf_t* buffer) {
  if (!IsControlled()) return RC_REAL(__pthread_register_cancel)(buffer);
  Thread& self = *TheExecution().current;
  EarlierBuffer(*buffer) = self.cleanup_buffer;
  self.cleanup_buffer = buffer;
}
RC_INTERPOSE void __pthread_unregister_cancel(__pthread_unwind_buf_t* buffer) {
  if (!IsControlled()) return RC_REAL(__pthread_unregister_cancel)(buffer);
  TheExecution().current->cleanup_buffer = EarlierBuffer(*buffer);
}
RC_INTERPOSE void __pthread_unwind_next(__pthread_unwind_buf_t* buffer) {
  if (!IsControlled()) RC_REAL(__pthread_unwind_next)(buffer);
  TheExecution().current->cleanup_buffer = EarlierBuffer(*buffer);
  ContinueUnwinding();
}

// Cancellation points that are libc's business otherwise.
#define RC_CANCELLATION_POINT(result, name, parameters, arguments) \
  RC_LOOKED_UP(name)                                               \
  RC_INTERPOSE result name parameters {                            \
    TestCancel();                                                  \
    return RC_KNOWN_REAL(name) arguments;                          \
  }
RC_CANCELLATION_POINT(int, fsync, (int file), (file))
RC_CANCELLATION_POINT(int, fdatasync, (int file), (file))
RC_CANCELLATION_POINT(int, msync, (void* memory, size_t size, int flags), (memory, size, flags))
RC_CANCELLATION_POINT(int, tcdrain, (int file), (file))
