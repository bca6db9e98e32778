// What the compiler calls in instrumented code, in a program without a sanitizer: plain accesses are counted for who
// watches the run, atomic operations are themselves.
// Source of the names: LLVM, lib/Transforms/Instrumentation/ThreadSanitizer.cpp.

#include <cstring>

#include "framework/carrier/interceptor.h"
#include "framework/carrier/native/watch.h"

#define RC_CODE_AT(pc) (reinterpret_cast<std::uint64_t>(pc) - 1)
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
  RC_CARRY void __tsan_read##size##_pc(void*, void* pc) { NoteAccess(RC_CODE_AT(pc)); } \
  RC_CARRY void __tsan_write##size##_pc(void*, void* pc) { NoteAccess(RC_CODE_AT(pc)); }
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

#define RC_BEFORE_READ(bytes, p)
#define RC_BEFORE_WRITE(bytes, p)
#include "framework/carrier/atomic_functions.h"
