// Output by stdio, which stays libc's. It is not async-signal-safe: a handler may not use it while the signal came in
// the middle of such a function.

// libc must not define printf and putchar in its header.
#define __NO_INLINE__ 1

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "framework/execution/interruption.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/stream_io.h"

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

#define RC_UNSAFE(result, name, stream, parameters, arguments) \
  RC_INTERPOSE result name parameters {                        \
    const LibraryCall call(#name);                             \
    const StreamOutput output(stream);                         \
    return RC_REAL(name) arguments;                            \
  }

RC_UNSAFE(int, puts, stdout, (const char* text), (text))
RC_UNSAFE(int, putchar, stdout, (int c), (c))
RC_UNSAFE(int, fputs, file, (const char* text, FILE* file), (text, file))
RC_UNSAFE(int, fputc, file, (int c, FILE* file), (c, file))
RC_UNSAFE(int, putc, file, (int c, FILE* file), (c, file))
RC_UNSAFE(size_t, fwrite, file, (const void* data, size_t size, size_t count, FILE* file), (data, size, count, file))
RC_UNSAFE(size_t, fwrite_unlocked, file, (const void* data, size_t size, size_t count, FILE* file),
          (data, size, count, file))
RC_UNSAFE(int, fputs_unlocked, file, (const char* text, FILE* file), (text, file))
// What putc_unlocked becomes when the buffer is full.
RC_UNSAFE(int, __overflow, file, (FILE * file, int c), (file, c))
RC_UNSAFE(int, fflush, file, (FILE * file), (file))
RC_UNSAFE(void, perror, stderr, (const char* text), (text))
RC_UNSAFE(int, vprintf, stdout, (const char* format, va_list list), (format, list))
RC_UNSAFE(int, vfprintf, file, (FILE * file, const char* format, va_list list), (file, format, list))

RC_INTERPOSE int printf(const char* format, ...) {
  const LibraryCall call("printf");
  const StreamOutput output(stdout);
  va_list list;
  va_start(list, format);
  const int result = RC_REAL(vprintf)(format, list);
  va_end(list);
  return result;
}
RC_INTERPOSE int fprintf(FILE* file, const char* format, ...) {
  const LibraryCall call("fprintf");
  const StreamOutput output(file);
  va_list list;
  va_start(list, format);
  const int result = RC_REAL(vfprintf)(file, format, list);
  va_end(list);
  return result;
}

// libc would write in pieces, to a descriptor that may be scheduled.
RC_INTERPOSE int vdprintf(int fd, const char* format, va_list list) {
  if (!IsControlled()) return RC_REAL(vdprintf)(fd, format, list);
  char* text = nullptr;
  const int length = vasprintf(&text, format, list);
  if (length < 0) return -1;
  const ssize_t written = write(fd, text, static_cast<size_t>(length));
  free(text);
  return static_cast<int>(written);
}
RC_INTERPOSE int dprintf(int fd, const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int result = vdprintf(fd, format, list);
  va_end(list);
  return result;
}
