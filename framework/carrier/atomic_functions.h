// Defines the functions that clang calls for atomics, in a program that ThreadSanitizer's runtime is not in. Scheduling
// points come before them (framework/carrier/atomics.cc). All are as strong as they can be: one thread moves at a time.
// Source of the names: LLVM, compiler-rt/include/sanitizer/tsan_interface_atomic.h.
//
// Included once in a program, where RC_BEFORE_READ(bytes, p) and RC_BEFORE_WRITE(bytes, p) are what comes before a
// load, and before all else.
#ifndef RACECOURSE_CARRIER_ATOMIC_FUNCTIONS_H_
#define RACECOURSE_CARRIER_ATOMIC_FUNCTIONS_H_

#include "framework/carrier/interceptor.h"

#define RC_UPDATE(bits, bytes, T, operation, builtin)                     \
  RC_CARRY T __tsan_atomic##bits##_##operation(volatile T* p, T v, int) { \
    RC_BEFORE_WRITE(bytes, p);                                            \
    return builtin(p, v, __ATOMIC_SEQ_CST);                               \
  }
#define RC_COMPARE(bits, bytes, T, strength)                                                                        \
  RC_CARRY int __tsan_atomic##bits##_compare_exchange_##strength(volatile T* p, T* expected, T desired, int, int) { \
    RC_BEFORE_WRITE(bytes, p);                                                                                      \
    return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ? 1 : 0;    \
  }
#define RC_ATOMICS(bits, bytes, T)                                                                        \
  RC_CARRY T __tsan_atomic##bits##_load(const volatile T* p, int) {                                       \
    RC_BEFORE_READ(bytes, p);                                                                             \
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                                          \
  }                                                                                                       \
  RC_CARRY void __tsan_atomic##bits##_store(volatile T* p, T v, int) {                                    \
    RC_BEFORE_WRITE(bytes, p);                                                                            \
    __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                                             \
  }                                                                                                       \
  RC_UPDATE(bits, bytes, T, exchange, __atomic_exchange_n)                                                \
  RC_UPDATE(bits, bytes, T, fetch_add, __atomic_fetch_add)                                                \
  RC_UPDATE(bits, bytes, T, fetch_sub, __atomic_fetch_sub)                                                \
  RC_UPDATE(bits, bytes, T, fetch_and, __atomic_fetch_and)                                                \
  RC_UPDATE(bits, bytes, T, fetch_or, __atomic_fetch_or)                                                  \
  RC_UPDATE(bits, bytes, T, fetch_xor, __atomic_fetch_xor)                                                \
  RC_UPDATE(bits, bytes, T, fetch_nand, __atomic_fetch_nand)                                              \
  RC_COMPARE(bits, bytes, T, strong)                                                                      \
  RC_COMPARE(bits, bytes, T, weak)                                                                        \
  RC_CARRY T __tsan_atomic##bits##_compare_exchange_val(volatile T* p, T expected, T desired, int, int) { \
    RC_BEFORE_WRITE(bytes, p);                                                                            \
    __atomic_compare_exchange_n(p, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);        \
    return expected;                                                                                      \
  }

RC_ATOMICS(8, 1, unsigned char)
RC_ATOMICS(16, 2, unsigned short)
RC_ATOMICS(32, 4, unsigned int)
RC_ATOMICS(64, 8, unsigned long)
RC_ATOMICS(128, 16, unsigned __int128)

RC_CARRY void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
RC_CARRY void __tsan_atomic_signal_fence(int) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }

#endif  // RACECOURSE_CARRIER_ATOMIC_FUNCTIONS_H_
