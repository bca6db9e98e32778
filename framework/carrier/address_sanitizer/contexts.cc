// Programs that switch stacks by themselves: AddressSanitizer may take one stack for the other, so the grader is told.
// Nobody switches to a stack of their own without getcontext first.

#include <dlfcn.h>
#include <ucontext.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"

RC_CARRY int getcontext(ucontext_t* context) noexcept {
  static decltype(&getcontext) real;
  if (real == nullptr) real = reinterpret_cast<decltype(&getcontext)>(dlsym(RTLD_NEXT, "getcontext"));
  racecourse::NoteFiber();
  RC_GO_ON real(context);
}
