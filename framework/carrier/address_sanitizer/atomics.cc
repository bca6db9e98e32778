// The functions that clang calls for atomics, as ThreadSanitizer's runtime has them: scheduling points come before them
// (framework/carrier/atomics.cc), and AddressSanitizer, which does not see what was a call when it looked, is asked
// about the memory here. All are as strong as they can be: one thread moves at a time.

#include <cstdint>

#include "framework/carrier/interceptor.h"

#define RC_PROVIDE extern "C" __attribute__((visibility("default"), used))

extern "C" {
void __asan_load1(const volatile void* p);
void __asan_load2(const volatile void* p);
void __asan_load4(const volatile void* p);
void __asan_load8(const volatile void* p);
void __asan_load16(const volatile void* p);
void __asan_store1(const volatile void* p);
void __asan_store2(const volatile void* p);
void __asan_store4(const volatile void* p);
void __asan_store8(const volatile void* p);
void __asan_store16(const volatile void* p);
}

namespace {

template <typename T>
T UpdateNand(volatile T* p, T v) {
  return __atomic_fetch_nand(p, v, __ATOMIC_SEQ_CST);
}

}  // namespace

#define RC_UPDATE(bits, bytes, T, operation, update)                        \
  RC_PROVIDE T __tsan_atomic##bits##_##operation(volatile T* p, T v, int) { \
    __asan_store##bytes(p);                                                 \
    return update;                                                          \
  }
#define RC_COMPARE(bits, bytes, T, strength)                                                                          \
  RC_PROVIDE int __tsan_atomic##bits##_compare_exchange_##strength(volatile T* p, T* expected, T desired, int, int) { \
    __asan_store##bytes(p);                                                                                           \
    return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ? 1 : 0;      \
  }
#define RC_ATOMICS(bits, bytes, T)                                                                          \
  RC_PROVIDE T __tsan_atomic##bits##_load(const volatile T* p, int) {                                       \
    __asan_load##bytes(p);                                                                                  \
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                                            \
  }                                                                                                         \
  RC_PROVIDE void __tsan_atomic##bits##_store(volatile T* p, T v, int) {                                    \
    __asan_store##bytes(p);                                                                                 \
    __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                                               \
  }                                                                                                         \
  RC_UPDATE(bits, bytes, T, exchange, __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))                          \
  RC_UPDATE(bits, bytes, T, fetch_add, __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST))                          \
  RC_UPDATE(bits, bytes, T, fetch_sub, __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST))                          \
  RC_UPDATE(bits, bytes, T, fetch_and, __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST))                          \
  RC_UPDATE(bits, bytes, T, fetch_or, __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST))                            \
  RC_UPDATE(bits, bytes, T, fetch_xor, __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST))                          \
  RC_UPDATE(bits, bytes, T, fetch_nand, UpdateNand(p, v))                                                   \
  RC_COMPARE(bits, bytes, T, strong)                                                                        \
  RC_COMPARE(bits, bytes, T, weak)                                                                          \
  RC_PROVIDE T __tsan_atomic##bits##_compare_exchange_val(volatile T* p, T expected, T desired, int, int) { \
    __asan_store##bytes(p);                                                                                 \
    __atomic_compare_exchange_n(p, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);          \
    return expected;                                                                                        \
  }

RC_ATOMICS(8, 1, unsigned char)
RC_ATOMICS(16, 2, unsigned short)
RC_ATOMICS(32, 4, unsigned int)
RC_ATOMICS(64, 8, unsigned long)
RC_ATOMICS(128, 16, unsigned __int128)

RC_PROVIDE void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
RC_PROVIDE void __tsan_atomic_signal_fence(int) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
RC_PROVIDE void __tsan_init() {}
// The carriers tell ThreadSanitizer what orders accesses; AddressSanitizer does not ask.
RC_PROVIDE void __tsan_acquire(void*) {}
RC_PROVIDE void __tsan_release(void*) {}

// Which stack a thread is on, racecourse/context.h tells AddressSanitizer by functions of its own.
RC_PROVIDE void* __tsan_get_current_fiber() { return nullptr; }
RC_PROVIDE void* __tsan_create_fiber(unsigned) { return nullptr; }
RC_PROVIDE void __tsan_destroy_fiber(void*) {}
RC_PROVIDE void __tsan_switch_to_fiber(void*, unsigned) {}
