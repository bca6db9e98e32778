// Scheduling points at atomic operations. The sanitizer's functions are no interceptors, so the linker puts ours before
// them (--wrap); each goes on in the real one, which sees the program's own call.
// Source of the names: LLVM, compiler-rt/include/sanitizer/tsan_interface_atomic.h.

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"

using namespace racecourse;

#define RC_ATOMIC(T, name, kind, parameters, arguments)      \
  extern "C" T __real___tsan_atomic##name parameters;        \
  RC_CARRY T __wrap___tsan_atomic##name parameters {         \
    if (IsFollowing()) Arrive(OperationKind::kAtomic##kind); \
    RC_GO_ON __real___tsan_atomic##name arguments;           \
  }
#define RC_UPDATE(bits, T, operation) \
  RC_ATOMIC(T, bits##_##operation, ReadModifyWrite, (volatile T * p, T v, int order), (p, v, order))
#define RC_COMPARE(bits, T, strength)                                 \
  RC_ATOMIC(int, bits##_compare_exchange_##strength, CompareExchange, \
            (volatile T * p, T * expected, T desired, int order, int failure), (p, expected, desired, order, failure))
#define RC_ATOMICS(bits, T)                                                             \
  RC_ATOMIC(T, bits##_load, Load, (const volatile T* p, int order), (p, order))         \
  RC_ATOMIC(void, bits##_store, Store, (volatile T * p, T v, int order), (p, v, order)) \
  RC_UPDATE(bits, T, exchange)                                                          \
  RC_UPDATE(bits, T, fetch_add)                                                         \
  RC_UPDATE(bits, T, fetch_sub)                                                         \
  RC_UPDATE(bits, T, fetch_and)                                                         \
  RC_UPDATE(bits, T, fetch_or)                                                          \
  RC_UPDATE(bits, T, fetch_xor)                                                         \
  RC_UPDATE(bits, T, fetch_nand)                                                        \
  RC_COMPARE(bits, T, strong)                                                           \
  RC_COMPARE(bits, T, weak)                                                             \
  RC_ATOMIC(T, bits##_compare_exchange_val, CompareExchange,                            \
            (volatile T * p, T expected, T desired, int order, int failure), (p, expected, desired, order, failure))

RC_ATOMICS(8, unsigned char)
RC_ATOMICS(16, unsigned short)
RC_ATOMICS(32, unsigned int)
RC_ATOMICS(64, unsigned long)
RC_ATOMICS(128, unsigned __int128)

extern "C" void __real___tsan_atomic_thread_fence(int order);
RC_CARRY void __wrap___tsan_atomic_thread_fence(int order) {
  // A relaxed fence is none.
  if (order != 0 && IsFollowing()) {
    NoteFence();
    Arrive(OperationKind::kFence);
  }
  RC_GO_ON __real___tsan_atomic_thread_fence(order);
}
