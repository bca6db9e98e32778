// Exception objects that several threads share, by std::exception_ptr or std::future. Their reference counts live in
// the C++ runtime library, which is not instrumented: the sanitizer must be told that whoever lets go does so before
// the last owner destroys the exception. Source: as in framework/interpose/exception.cc.

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <exception>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/carrier/sanitizer.h"

using namespace racecourse;

namespace {

// The count of owners stands so far before the object: the size of libstdc++'s __cxa_refcounted_exception.
constexpr std::uintptr_t kHeaderSize = 128;

// Nobody else moves before the count is decremented, so whoever finds itself the only owner is the last.
void LetGo(std::uintptr_t exception) {
  if (exception == 0) return;
  auto* object = reinterpret_cast<void*>(exception);
  if (*reinterpret_cast<const int*>(exception - kHeaderSize) == 1) {
    __tsan_acquire(object);
  } else {
    __tsan_release(object);
  }
}

std::uintptr_t ExceptionOf(const void* exception_pointer) {
  std::uintptr_t exception;
  static_assert(sizeof(std::exception_ptr) == sizeof exception);
  std::memcpy(&exception, exception_pointer, sizeof exception);
  return exception;
}

void LetGoOfCurrent() {
  const std::exception_ptr current = std::current_exception();
  LetGo(ExceptionOf(&current));
}

}  // namespace

RC_CARRY void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void* exception_pointer) noexcept {
  if (IsFollowing()) LetGo(ExceptionOf(exception_pointer));
  RC_GO_ON reinterpret_cast<void (*)(void*)>(dlsym(RTLD_NEXT, "_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv"))(
      exception_pointer);
}

RC_CARRY void __cxa_end_catch() {
  if (IsFollowing()) LetGoOfCurrent();
  RC_GO_ON reinterpret_cast<void (*)()>(dlsym(RTLD_NEXT, "__cxa_end_catch"))();
}
