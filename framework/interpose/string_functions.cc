// strlen, strcpy, memcmp and their relatives, as far as the program's own code calls them: they read and write its
// memory in libc, where nothing is instrumented. (memcpy, memmove and memset the compiler announces itself.) What a
// function must look at is announced, and no more: memcmp up to the first difference, strncmp up to the end of the
// shorter string. Source: ISO C 7.24; POSIX.1-2017 strdup, strnlen, stpcpy.
//
// Calls from libraries are libc's alone: how a library orders its accesses may be invisible. The definitions go by
// assembler names because some of the functions are overloaded in C++.

#include <stdarg.h>
#include <stdio.h>

#include <algorithm>
#include <cstring>

#include "framework/interpose/forward.h"
#include "framework/interpose/memory.h"
#include "framework/interpose/plain_access.h"

namespace racecourse {
namespace {

// libc's. Looked up before main: within an execution, noting the answers would be undone with all else.
struct StringFunctions {
  bool is_known;
#define RC_STRING_FUNCTIONS(X)                           \
  X(std::size_t, strlen, const char*)                    \
  X(std::size_t, strnlen, const char*, std::size_t)      \
  X(char*, strcpy, char*, const char*)                   \
  X(char*, stpcpy, char*, const char*)                   \
  X(char*, strncpy, char*, const char*, std::size_t)     \
  X(char*, strcat, char*, const char*)                   \
  X(char*, strncat, char*, const char*, std::size_t)     \
  X(int, strcmp, const char*, const char*)               \
  X(int, strncmp, const char*, const char*, std::size_t) \
  X(char*, strchr, const char*, int)                     \
  X(char*, strrchr, const char*, int)                    \
  X(char*, strstr, const char*, const char*)             \
  X(char*, strdup, const char*)                          \
  X(char*, strndup, const char*, std::size_t)            \
  X(int, memcmp, const void*, const void*, std::size_t)  \
  X(void*, memchr, const void*, int, std::size_t)        \
  X(int, vsprintf, char*, const char*, va_list)          \
  X(int, vsnprintf, char*, std::size_t, const char*, va_list)
#define RC_MEMBER(result, name, ...) result (*name)(__VA_ARGS__);
  RC_STRING_FUNCTIONS(RC_MEMBER)
#undef RC_MEMBER
};

StringFunctions string_functions;

const StringFunctions& Real() {
  StringFunctions& functions = string_functions;
  if (__builtin_expect(functions.is_known, 1)) return functions;
#define RC_LOOK_UP(result, name, ...) \
  functions.name = reinterpret_cast<result (*)(__VA_ARGS__)>(FindRealFunction(#name));
  RC_STRING_FUNCTIONS(RC_LOOK_UP)
#undef RC_LOOK_UP
  functions.is_known = true;
  return functions;
}

__attribute__((constructor)) void LookUp() { Real(); }

bool IsOfProgram(std::uint64_t code) {
  return IsExecutionReady() && IsControlled() && TheExecution().IsProgramCode(code);
}

void ReadText(const char* text, std::uint64_t code) { AnnounceRead(text, Real().strlen(text) + 1, code); }

// What comparing two strings must look at of each: up to the first difference, or the end of both.
std::size_t ComparedBytes(const char* left, const char* right, std::size_t most) {
  std::size_t at = 0;
  while (at < most && left[at] == right[at] && left[at] != '\0') ++at;
  return std::min(at + 1, most);
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

#define RC_STRING(result, name, parameters)                                                                      \
  extern "C" __attribute__((visibility("default"))) result Interposed_##name parameters noexcept __asm__(#name); \
  result Interposed_##name parameters noexcept
#define RC_CODE (reinterpret_cast<std::uint64_t>(__builtin_return_address(0)) - 1)

RC_STRING(std::size_t, strlen, (const char* text)) {
  const std::size_t length = Real().strlen(text);
  if (IsOfProgram(RC_CODE)) AnnounceRead(text, length + 1, RC_CODE);
  return length;
}
RC_STRING(std::size_t, strnlen, (const char* text, std::size_t most)) {
  const std::size_t length = Real().strnlen(text, most);
  if (IsOfProgram(RC_CODE)) AnnounceRead(text, std::min(length + 1, most), RC_CODE);
  return length;
}
RC_STRING(char*, strcpy, (char* to, const char* from)) {
  if (IsOfProgram(RC_CODE)) {
    ReadText(from, RC_CODE);
    AnnounceWrite(to, Real().strlen(from) + 1, RC_CODE);
  }
  return Real().strcpy(to, from);
}
RC_STRING(char*, stpcpy, (char* to, const char* from)) {
  if (IsOfProgram(RC_CODE)) {
    ReadText(from, RC_CODE);
    AnnounceWrite(to, Real().strlen(from) + 1, RC_CODE);
  }
  return Real().stpcpy(to, from);
}
RC_STRING(char*, strncpy, (char* to, const char* from, std::size_t size)) {
  if (IsOfProgram(RC_CODE)) {
    AnnounceRead(from, std::min(Real().strnlen(from, size) + 1, size), RC_CODE);
    AnnounceWrite(to, size, RC_CODE);
  }
  return Real().strncpy(to, from, size);
}
RC_STRING(char*, strcat, (char* to, const char* from)) {
  if (IsOfProgram(RC_CODE)) {
    ReadText(from, RC_CODE);
    ReadText(to, RC_CODE);
    AnnounceWrite(to + Real().strlen(to), Real().strlen(from) + 1, RC_CODE);
  }
  return Real().strcat(to, from);
}
RC_STRING(char*, strncat, (char* to, const char* from, std::size_t most)) {
  if (IsOfProgram(RC_CODE)) {
    const std::size_t length = Real().strnlen(from, most);
    AnnounceRead(from, std::min(length + 1, most), RC_CODE);
    ReadText(to, RC_CODE);
    AnnounceWrite(to + Real().strlen(to), length + 1, RC_CODE);
  }
  return Real().strncat(to, from, most);
}
RC_STRING(int, strcmp, (const char* left, const char* right)) {
  if (IsOfProgram(RC_CODE)) {
    const std::size_t size = ComparedBytes(left, right, ~std::size_t{0});
    AnnounceRead(left, size, RC_CODE);
    AnnounceRead(right, size, RC_CODE);
  }
  return Real().strcmp(left, right);
}
RC_STRING(int, strncmp, (const char* left, const char* right, std::size_t most)) {
  if (IsOfProgram(RC_CODE)) {
    const std::size_t size = ComparedBytes(left, right, most);
    AnnounceRead(left, size, RC_CODE);
    AnnounceRead(right, size, RC_CODE);
  }
  return Real().strncmp(left, right, most);
}
RC_STRING(char*, strchr, (const char* text, int c)) {
  char* found = Real().strchr(text, c);
  if (IsOfProgram(RC_CODE)) {
    AnnounceRead(text, (found != nullptr ? static_cast<std::size_t>(found - text) : Real().strlen(text)) + 1, RC_CODE);
  }
  return found;
}
RC_STRING(char*, strrchr, (const char* text, int c)) {
  if (IsOfProgram(RC_CODE)) ReadText(text, RC_CODE);
  return Real().strrchr(text, c);
}
RC_STRING(char*, strstr, (const char* text, const char* wanted)) {
  char* found = Real().strstr(text, wanted);
  if (IsOfProgram(RC_CODE)) {
    const std::size_t length = Real().strlen(wanted);
    AnnounceRead(wanted, length + 1, RC_CODE);
    AnnounceRead(text, found != nullptr ? static_cast<std::size_t>(found - text) + length : Real().strlen(text) + 1,
                 RC_CODE);
  }
  return found;
}
RC_STRING(int, memcmp, (const void* left, const void* right, std::size_t size)) {
  if (IsOfProgram(RC_CODE)) {
    const auto* a = static_cast<const unsigned char*>(left);
    const auto* b = static_cast<const unsigned char*>(right);
    std::size_t same = 0;
    while (same < size && a[same] == b[same]) ++same;
    AnnounceRead(left, std::min(same + 1, size), RC_CODE);
    AnnounceRead(right, std::min(same + 1, size), RC_CODE);
  }
  return Real().memcmp(left, right, size);
}
RC_STRING(void*, memchr, (const void* memory, int c, std::size_t size)) {
  void* found = Real().memchr(memory, c, size);
  if (IsOfProgram(RC_CODE)) {
    const auto* begin = static_cast<const char*>(memory);
    AnnounceRead(memory, found != nullptr ? static_cast<std::size_t>(static_cast<char*>(found) - begin) + 1 : size,
                 RC_CODE);
  }
  return found;
}
RC_STRING(char*, strdup, (const char* text)) {
  if (!IsOfProgram(RC_CODE)) return Real().strdup(text);
  const std::size_t size = Real().strlen(text) + 1;
  AnnounceRead(text, size, RC_CODE);
  auto* copy = static_cast<char*>(Allocate(size, 16, RC_HEAP_CALL(kMalloc)));
  if (copy != nullptr) std::memcpy(copy, text, size);
  return copy;
}
RC_STRING(char*, strndup, (const char* text, std::size_t most)) {
  if (!IsOfProgram(RC_CODE)) return Real().strndup(text, most);
  const std::size_t length = Real().strnlen(text, most);
  AnnounceRead(text, std::min(length + 1, most), RC_CODE);
  auto* copy = static_cast<char*>(Allocate(length + 1, 16, RC_HEAP_CALL(kMalloc)));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

// How much they write shows when they have written it.
RC_STRING(int, vsprintf, (char* to, const char* format, va_list arguments)) {
  const int length = Real().vsprintf(to, format, arguments);
  if (length >= 0 && IsOfProgram(RC_CODE)) AnnounceWrite(to, static_cast<std::size_t>(length) + 1, RC_CODE);
  return length;
}
RC_STRING(int, vsnprintf, (char* to, std::size_t size, const char* format, va_list arguments)) {
  const int length = Real().vsnprintf(to, size, format, arguments);
  if (length >= 0 && IsOfProgram(RC_CODE)) {
    AnnounceWrite(to, std::min(static_cast<std::size_t>(length) + 1, size), RC_CODE);
  }
  return length;
}
RC_STRING(int, sprintf, (char* to, const char* format, ...)) {
  va_list arguments;
  va_start(arguments, format);
  const int length = Real().vsprintf(to, format, arguments);
  va_end(arguments);
  if (length >= 0 && IsOfProgram(RC_CODE)) AnnounceWrite(to, static_cast<std::size_t>(length) + 1, RC_CODE);
  return length;
}
RC_STRING(int, snprintf, (char* to, std::size_t size, const char* format, ...)) {
  va_list arguments;
  va_start(arguments, format);
  const int length = Real().vsnprintf(to, size, format, arguments);
  va_end(arguments);
  if (length >= 0 && IsOfProgram(RC_CODE)) {
    AnnounceWrite(to, std::min(static_cast<std::size_t>(length) + 1, size), RC_CODE);
  }
  return length;
}
