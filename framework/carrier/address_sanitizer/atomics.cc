// Atomics in a program with AddressSanitizer, which does not see what was a call when it looked: it is asked about
// their memory here.

#define RC_BEFORE_READ(bytes, p) __asan_load##bytes(p)
#define RC_BEFORE_WRITE(bytes, p) __asan_store##bytes(p)

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

#include "framework/carrier/atomic_functions.h"

RC_CARRY void __tsan_init() {}
// The carriers tell ThreadSanitizer what orders accesses; AddressSanitizer does not ask.
RC_CARRY void __tsan_acquire(void*) {}
RC_CARRY void __tsan_release(void*) {}

// Which stack a thread is on, racecourse/context.h tells AddressSanitizer by functions of its own.
RC_CARRY void* __tsan_get_current_fiber() { return nullptr; }
RC_CARRY void* __tsan_create_fiber(unsigned) { return nullptr; }
RC_CARRY void __tsan_destroy_fiber(void*) {}
RC_CARRY void __tsan_switch_to_fiber(void*, unsigned) {}
