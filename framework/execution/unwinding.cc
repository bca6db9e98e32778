// The end of a thread by pthread_exit or by cancellation: its stack is unwound frame by frame, which runs the
// destructors and cleanup handlers of C++, and those of C that was compiled with -fexceptions. Other C code keeps a
// chain of jump buffers instead (pthread_cleanup_push): when the unwinding comes to a frame that has one, it jumps
// there. Source: Itanium C++ ABI, 1.3.2, forced unwinding; glibc 2.36, pthread.h.

#include <setjmp.h>
#include <unwind.h>

#include "framework/execution/cleanup_buffer.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/thread_exit.h"

namespace racecourse {
namespace {

// glibc stores the stack pointer in a jump buffer mangled with a secret that it keeps at the thread pointer plus 0x30.
std::uintptr_t StackPointerIn(const __pthread_unwind_buf_t& buffer) {
  constexpr int kStackPointer = 6;
  auto value = static_cast<std::uintptr_t>(buffer.__cancel_jmp_buf[0].__cancel_jmp_buf[kStackPointer]);
  std::uintptr_t secret;
  asm("movq %%fs:0x30, %0" : "=r"(secret));
  return (value >> 17 | value << 47) ^ secret;
}

_Unwind_Reason_Code AtFrame(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                            _Unwind_Context* context, void*) {
  Thread& self = *TheExecution().current;
  const bool is_end = (actions & _UA_END_OF_STACK) != 0;
  if (self.cleanup_buffer != nullptr) {
    auto& buffer = *static_cast<__pthread_unwind_buf_t*>(self.cleanup_buffer);
    if (is_end || StackPointerIn(buffer) <= _Unwind_GetCFA(context)) {
      _longjmp(reinterpret_cast<__jmp_buf_tag*>(&buffer), 1);
    }
  }
  if (is_end) FinishThread();
  return _URC_NO_REASON;
}

}  // namespace

void ContinueUnwinding() {
  Execution& execution = TheExecution();
  // One for each thread: others may unwind at the same time.
  auto* exception = static_cast<_Unwind_Exception*>(execution.arena.Allocate(sizeof(_Unwind_Exception)));
  *exception = {};
  // Called when a handler is done with it; one that rethrows is not.
  exception->exception_cleanup = [](_Unwind_Reason_Code, _Unwind_Exception*) {
    ReportMisuse("catches the unwinding of its stack by pthread_exit or cancellation and does not rethrow it");
  };
  _Unwind_ForcedUnwind(exception, AtFrame, nullptr);
  FinishThread();
}

void UnwindThread(void* result) {
  Thread& self = *TheExecution().current;
  self.result = result;
  self.cancel_disabled = true;
  ContinueUnwinding();
}

}  // namespace racecourse
