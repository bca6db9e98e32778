// What the compiler calls in instrumented code, in a program without a sanitizer: plain accesses are counted for who
// watches the run, atomic operations are themselves.
// Source of the names: LLVM, lib/Transforms/Instrumentation/ThreadSanitizer.cpp and
// compiler-rt/include/sanitizer/tsan_interface_atomic.h.

#include <cstring>

#include "framework/carrier/interceptor.h"
#include "framework/carrier/native/watch.h"

#define RC_CODE (reinterpret_cast<std::uint64_t>(__builtin_return_address(0)) - 1)

using racecourse::NoteAccess;

#define RC_ACCESS(name) \
  RC_CARRY void name(void*) { NoteAccess(RC_CODE); }
#define RC_ACCESSES(size)                                                     \
  RC_ACCESS(__tsan_read##size)                                                \
  RC_ACCESS(__tsan_write##size)                                               \
  RC_ACCESS(__tsan_volatile_read##size)                                       \
  RC_ACCESS(__tsan_volatile_write##size)                                      \
  RC_ACCESS(__tsan_unaligned_read##size)                                      \
  RC_ACCESS(__tsan_unaligned_write##size)                                     \
  RC_ACCESS(__tsan_unaligned_volatile_read##size)                             \
  RC_ACCESS(__tsan_unaligned_volatile_write##size)                            \
  RC_CARRY void __tsan_read##size##_pc(void*, void*) { NoteAccess(RC_CODE); } \
  RC_CARRY void __tsan_write##size##_pc(void*, void*) { NoteAccess(RC_CODE); }
RC_ACCESSES(1)
RC_ACCESSES(2)
RC_ACCESSES(4)
RC_ACCESSES(8)
RC_ACCESSES(16)

// The engine looks at the two parts of these one after the other, except for the widest.
#define RC_BOTH(size)                                      \
  RC_CARRY void __tsan_read_write##size(void*) {           \
    NoteAccess(RC_CODE);                                   \
    NoteAccess(RC_CODE);                                   \
  }                                                        \
  RC_CARRY void __tsan_unaligned_read_write##size(void*) { \
    NoteAccess(RC_CODE);                                   \
    NoteAccess(RC_CODE);                                   \
  }
RC_BOTH(1)
RC_BOTH(2)
RC_BOTH(4)
RC_BOTH(8)
RC_ACCESS(__tsan_read_write16)
RC_ACCESS(__tsan_unaligned_read_write16)

#define RC_RANGE(name)                                        \
  RC_CARRY void name(void*, unsigned long size) {             \
    if (size > 0) NoteAccess(RC_CODE);                        \
  }                                                           \
  RC_CARRY void name##_pc(void*, unsigned long size, void*) { \
    if (size > 0) NoteAccess(RC_CODE);                        \
  }
RC_RANGE(__tsan_read_range)
RC_RANGE(__tsan_write_range)

RC_CARRY void __tsan_vptr_update(void** vptr, void* value) {
  if (*vptr != value) NoteAccess(RC_CODE);
}
RC_ACCESS(__tsan_vptr_read)

RC_CARRY void __tsan_func_entry(void*) {}
RC_CARRY void __tsan_func_exit() {}
RC_CARRY void __tsan_init() {}
RC_CARRY void __tsan_acquire(void*) {}
RC_CARRY void __tsan_release(void*) {}
RC_CARRY void __tsan_ignore_thread_begin() {}
RC_CARRY void __tsan_ignore_thread_end() {}

RC_CARRY void* __tsan_memcpy(void* to, const void* from, unsigned long size) {
  for (int part = 0; part < 2 && size > 0; ++part) NoteAccess(RC_CODE);
  return std::memcpy(to, from, size);
}
RC_CARRY void* __tsan_memmove(void* to, const void* from, unsigned long size) {
  for (int part = 0; part < 2 && size > 0; ++part) NoteAccess(RC_CODE);
  return std::memmove(to, from, size);
}
RC_CARRY void* __tsan_memset(void* to, int value, unsigned long size) {
  if (size > 0) NoteAccess(RC_CODE);
  return std::memset(to, value, size);
}

#define RC_UPDATE(bits, T, operation, builtin) \
  RC_CARRY T __tsan_atomic##bits##_##operation(volatile T* p, T v, int) { return builtin(p, v, __ATOMIC_SEQ_CST); }
#define RC_COMPARE(bits, T, strength)                                                                               \
  RC_CARRY int __tsan_atomic##bits##_compare_exchange_##strength(volatile T* p, T* expected, T desired, int, int) { \
    return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ? 1 : 0;    \
  }
#define RC_ATOMICS(bits, T)                                                                                        \
  RC_CARRY T __tsan_atomic##bits##_load(const volatile T* p, int) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); } \
  RC_CARRY void __tsan_atomic##bits##_store(volatile T* p, T v, int) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); } \
  RC_UPDATE(bits, T, exchange, __atomic_exchange_n)                                                                \
  RC_UPDATE(bits, T, fetch_add, __atomic_fetch_add)                                                                \
  RC_UPDATE(bits, T, fetch_sub, __atomic_fetch_sub)                                                                \
  RC_UPDATE(bits, T, fetch_and, __atomic_fetch_and)                                                                \
  RC_UPDATE(bits, T, fetch_or, __atomic_fetch_or)                                                                  \
  RC_UPDATE(bits, T, fetch_xor, __atomic_fetch_xor)                                                                \
  RC_UPDATE(bits, T, fetch_nand, __atomic_fetch_nand)                                                              \
  RC_COMPARE(bits, T, strong)                                                                                      \
  RC_COMPARE(bits, T, weak)                                                                                        \
  RC_CARRY T __tsan_atomic##bits##_compare_exchange_val(volatile T* p, T expected, T desired, int, int) {          \
    __atomic_compare_exchange_n(p, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                 \
    return expected;                                                                                               \
  }

RC_ATOMICS(8, unsigned char)
RC_ATOMICS(16, unsigned short)
RC_ATOMICS(32, unsigned int)
RC_ATOMICS(64, unsigned long)
RC_ATOMICS(128, unsigned __int128)

RC_CARRY void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
RC_CARRY void __tsan_atomic_signal_fence(int) {}
