// Streams of the library, whose code is not watched. Each operation on a stream begins by making a sentry, in the
// library, and that is announced as a write to the stream: to its width, which output sets back to zero. So two threads
// that use one std::ostringstream or std::ofstream unordered are found. The standard streams may be used by several
// threads at once. Source: [iostream.objects.overview]/5 of C++20; [ostream.sentry]; the names and the layout are
// libstdc++'s.

#include <istream>
#include <ostream>

#include "framework/interpose/forward.h"

extern "C" {
void __tsan_write8_pc(void* p, void* pc);
extern char _ZSt3cin, _ZSt4cout, _ZSt4cerr, _ZSt4clog, _ZSt4wcin, _ZSt5wcout, _ZSt5wcerr, _ZSt5wclog;
}

namespace racecourse {
namespace {

bool IsStandardStream(const void* stream) {
  for (const char* standard :
       {&_ZSt3cin, &_ZSt4cout, &_ZSt4cerr, &_ZSt4clog, &_ZSt4wcin, &_ZSt5wcout, &_ZSt5wcerr, &_ZSt5wclog}) {
    if (stream == standard) return true;
  }
  return false;
}

// ios_base has its virtual table and its precision before the width.
constexpr std::size_t kWidthOffset = 16;
static_assert(sizeof(std::streamsize) == 8 && sizeof(void*) == 8);

template <typename Stream>
void Use(Stream* stream, void* caller) {
  if (TheExecution().current == nullptr || IsStandardStream(stream)) return;
  auto* base = reinterpret_cast<char*>(static_cast<std::ios_base*>(stream));
  __tsan_write8_pc(base + kWidthOffset, caller);
}

}  // namespace
}  // namespace racecourse

extern "C" {
void _ZNSo6sentryC1ERSo(void* sentry, std::ostream* stream);
void _ZNSi6sentryC1ERSib(void* sentry, std::istream* stream, bool keeps_space);
}

RC_LOOKED_UP(_ZNSo6sentryC1ERSo)
RC_LOOKED_UP(_ZNSi6sentryC1ERSib)

RC_INTERPOSE void _ZNSo6sentryC1ERSo(void* sentry, std::ostream* stream) {
  racecourse::Use(stream, __builtin_return_address(0));
  RC_KNOWN_REAL(_ZNSo6sentryC1ERSo)(sentry, stream);
}
RC_INTERPOSE void _ZNSi6sentryC1ERSib(void* sentry, std::istream* stream, bool keeps_space) {
  racecourse::Use(stream, __builtin_return_address(0));
  RC_KNOWN_REAL(_ZNSi6sentryC1ERSib)(sentry, stream, keeps_space);
}
