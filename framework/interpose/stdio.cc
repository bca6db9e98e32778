// Output by stdio, which stays libc's. It is not async-signal-safe: a handler may not use it while the signal came in
// the middle of such a function.

// libc must not define printf and putchar in its header.
#define __NO_INLINE__ 1

#include <stdarg.h>
#include <stdio.h>

#include "framework/execution/interruption.h"
#include "framework/interpose/forward.h"

using namespace racecourse;

namespace {

// While one of these functions runs.
class LibraryCall {
 public:
  explicit LibraryCall(const char* function) : is_noted_(IsControlled() && TheExecution().has_interruptions) {
    if (__builtin_expect(is_noted_, 0)) outer_ = BeginLibraryCall(function);
  }
  ~LibraryCall() {
    if (__builtin_expect(is_noted_, 0)) TheExecution().current->unsafe_call = outer_;
  }
  LibraryCall(const LibraryCall&) = delete;
  LibraryCall& operator=(const LibraryCall&) = delete;

 private:
  const bool is_noted_;
  const char* outer_ = nullptr;
};

}  // namespace

#define RC_UNSAFE(result, name, parameters, arguments) \
  RC_INTERPOSE result name parameters {                \
    const LibraryCall call(#name);                     \
    return RC_REAL(name) arguments;                    \
  }

RC_UNSAFE(int, puts, (const char* text), (text))
RC_UNSAFE(int, putchar, (int c), (c))
RC_UNSAFE(int, fputs, (const char* text, FILE* file), (text, file))
RC_UNSAFE(int, fputc, (int c, FILE* file), (c, file))
RC_UNSAFE(int, putc, (int c, FILE* file), (c, file))
RC_UNSAFE(size_t, fwrite, (const void* data, size_t size, size_t count, FILE* file), (data, size, count, file))
RC_UNSAFE(int, fflush, (FILE * file), (file))
RC_UNSAFE(void, perror, (const char* text), (text))
RC_UNSAFE(int, vprintf, (const char* format, va_list list), (format, list))
RC_UNSAFE(int, vfprintf, (FILE * file, const char* format, va_list list), (file, format, list))

RC_INTERPOSE int printf(const char* format, ...) {
  const LibraryCall call("printf");
  va_list list;
  va_start(list, format);
  const int result = RC_REAL(vprintf)(format, list);
  va_end(list);
  return result;
}
RC_INTERPOSE int fprintf(FILE* file, const char* format, ...) {
  const LibraryCall call("fprintf");
  va_list list;
  va_start(list, format);
  const int result = RC_REAL(vfprintf)(file, format, list);
  va_end(list);
  return result;
}
