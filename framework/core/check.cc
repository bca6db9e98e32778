#include "framework/core/check.h"

#include <sys/syscall.h>

#include <cstddef>

namespace racecourse {
namespace {

// System calls without libc: the caller may stand on a student thread whose errno and locks are not ours to touch.
long SystemCall3(long number, long a, long b, long c) {
  long result;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

void Print(const char* text) {
  std::size_t length = 0;
  while (text[length] != '\0') ++length;
  SystemCall3(SYS_write, 2, reinterpret_cast<long>(text), static_cast<long>(length));
}

}  // namespace

void CheckFailed(const char* condition, const char* file, int line) {
  char digits[12];
  int at = 11;
  digits[at] = '\0';
  do {
    digits[--at] = static_cast<char>('0' + line % 10);
    line /= 10;
  } while (line > 0 && at > 0);
  Print("racecourse: engine check failed: ");
  Print(condition);
  Print(" at ");
  Print(file);
  Print(":");
  Print(digits + at);
  Print("\n");
  SystemCall3(SYS_exit_group, kEngineFailureStatus, 0, 0);
  __builtin_trap();
}

}  // namespace racecourse
