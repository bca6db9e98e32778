// System calls without libc: no errno, no cancellation, no interposed wrapper. Returns the kernel's value, a negated
// error number on failure.
#ifndef RACECOURSE_EXECUTION_SYSTEM_CALL_H_
#define RACECOURSE_EXECUTION_SYSTEM_CALL_H_

#include <sys/syscall.h>
#include <time.h>

#include <cstdint>

namespace racecourse {

template <typename T>
long SystemCallArgument(T value) {
  if constexpr (__is_pointer(T)) {
    return reinterpret_cast<long>(value);
  } else {
    return static_cast<long>(value);
  }
}

template <typename A = long, typename B = long, typename C = long, typename D = long, typename E = long,
          typename F = long>
inline long SystemCall(long number, A a = 0, B b = 0, C c = 0, D d = 0, E e = 0, F f = 0) {
  long result;
  register long r10 asm("r10") = SystemCallArgument(d);
  register long r8 asm("r8") = SystemCallArgument(e);
  register long r9 asm("r9") = SystemCallArgument(f);
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(SystemCallArgument(a)), "S"(SystemCallArgument(b)), "d"(SystemCallArgument(c)),
                 "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

// The machine's monotonic clock, whatever time the program believes in.
inline std::int64_t RealNanoseconds() {
  timespec now;
  SystemCall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SYSTEM_CALL_H_
