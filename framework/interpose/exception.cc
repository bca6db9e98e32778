// Exception objects that several threads share, by std::exception_ptr or std::future. Their reference counts live in
// the C++ runtime library, which is not instrumented: without help, the last thread to let go would seem to destroy and
// free the exception unordered after what the others read of it. Source: Itanium C++ ABI, 2.5.5; libstdc++, eh_ptr.cc
// and unwind-cxx.h. A count is decremented by __cxa_end_catch and by exception_ptr.

#include <cxxabi.h>

#include <cstring>
#include <exception>

#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

// The count of owners stands so far before the object: the size of libstdc++'s __cxa_refcounted_exception.
constexpr std::uintptr_t kHeaderSize = 128;

// What an exception_ptr holds: nothing but the address of the exception object.
std::uintptr_t ExceptionOf(const void* exception_pointer) {
  std::uintptr_t exception;
  static_assert(sizeof(std::exception_ptr) == sizeof exception);
  std::memcpy(&exception, exception_pointer, sizeof exception);
  return exception;
}

// The current thread lets go of the exception. What it did with it happens before the last owner destroys it.
void LetGo(std::uintptr_t exception) {
  if (exception == 0) return;
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  SyncObject& object = execution.shadow.Object(exception, ObjectKind::kException);
  const int owners = *reinterpret_cast<const int*>(exception - kHeaderSize);
  if (owners == 1) {
    Acquire(self, object.clock);
  } else {
    ReleaseJoin(self, &object.clock);
  }
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

extern "C" void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void* exception_pointer) noexcept;

RC_INTERPOSE void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void* exception_pointer) noexcept {
  if (IsControlled()) LetGo(ExceptionOf(exception_pointer));
  RC_REAL(_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv)(exception_pointer);
}

extern "C" void __cxa_end_catch();

RC_INTERPOSE void __cxa_end_catch() {
  if (IsControlled()) {
    std::uintptr_t exception;
    {
      const std::exception_ptr current = std::current_exception();
      exception = ExceptionOf(&current);
    }
    LetGo(exception);
  }
  RC_REAL(__cxa_end_catch)();
}
