// operator new and delete, so that the engine knows with which of them a block was made and who called it. Source:
// C++20 [new.delete]; names: Itanium C++ ABI, 5.1.3.
//
// A program may have its own (C++20 [replacement.functions]): these are weak. The standard says which of the library's
// versions then call the program's; with a single one of them replaced, all of ours leave the work to the library's.

#include <cstddef>
#include <new>

#include "framework/interpose/forward.h"
#include "framework/interpose/memory.h"

extern "C" {
void* _Znwm(std::size_t);
void* _Znam(std::size_t);
void* _ZnwmRKSt9nothrow_t(std::size_t, const std::nothrow_t&) noexcept;
void* _ZnamRKSt9nothrow_t(std::size_t, const std::nothrow_t&) noexcept;
void* _ZnwmSt11align_val_t(std::size_t, std::align_val_t);
void* _ZnamSt11align_val_t(std::size_t, std::align_val_t);
void* _ZnwmSt11align_val_tRKSt9nothrow_t(std::size_t, std::align_val_t, const std::nothrow_t&) noexcept;
void* _ZnamSt11align_val_tRKSt9nothrow_t(std::size_t, std::align_val_t, const std::nothrow_t&) noexcept;
void _ZdlPv(void*) noexcept;
void _ZdaPv(void*) noexcept;
void _ZdlPvm(void*, std::size_t) noexcept;
void _ZdaPvm(void*, std::size_t) noexcept;
void _ZdlPvRKSt9nothrow_t(void*, const std::nothrow_t&) noexcept;
void _ZdaPvRKSt9nothrow_t(void*, const std::nothrow_t&) noexcept;
void _ZdlPvSt11align_val_t(void*, std::align_val_t) noexcept;
void _ZdaPvSt11align_val_t(void*, std::align_val_t) noexcept;
void _ZdlPvmSt11align_val_t(void*, std::size_t, std::align_val_t) noexcept;
void _ZdaPvmSt11align_val_t(void*, std::size_t, std::align_val_t) noexcept;
void _ZdlPvSt11align_val_tRKSt9nothrow_t(void*, std::align_val_t, const std::nothrow_t&) noexcept;
void _ZdaPvSt11align_val_tRKSt9nothrow_t(void*, std::align_val_t, const std::nothrow_t&) noexcept;
}

namespace racecourse {
namespace {

bool HasOwnOperators();

// The library's version, which asks malloc: called when there is no memory, for the new-handler and the exception.
void* Tag(void* block, AllocationFamily family) {
  if (block != nullptr) Heap::HeaderOf(block)->family = family;
  return block;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

#define RC_NEW(name, own, family, alignment, parameters, arguments)                                                \
  extern "C" void* own parameters {                                                                                \
    if (__builtin_expect(HasOwnOperators(), 0)) return RC_REAL(name) arguments;                                    \
    void* block = Allocate(size, alignment, RC_HEAP_CALL(family));                                                 \
    return __builtin_expect(block != nullptr, 1) ? block : Tag(RC_REAL(name) arguments, AllocationFamily::family); \
  }                                                                                                                \
  extern "C" __attribute__((weak, alias(#own), visibility("default"))) void* name parameters;

#define RC_DELETE(name, own, family, size, parameters, arguments)               \
  extern "C" void own parameters noexcept {                                     \
    if (__builtin_expect(HasOwnOperators(), 0)) return RC_REAL(name) arguments; \
    Release(block, RC_HEAP_CALL(family), size);                                 \
  }                                                                             \
  extern "C" __attribute__((weak, alias(#own), visibility("default"))) void name parameters noexcept;

RC_NEW(_Znwm, racecourse_new, kNew, 16, (std::size_t size), (size))
RC_NEW(_Znam, racecourse_new_array, kNewArray, 16, (std::size_t size), (size))
RC_NEW(_ZnwmRKSt9nothrow_t, racecourse_new_nothrow, kNew, 16, (std::size_t size, const std::nothrow_t& tag) noexcept,
       (size, tag))
RC_NEW(_ZnamRKSt9nothrow_t, racecourse_new_array_nothrow, kNewArray, 16,
       (std::size_t size, const std::nothrow_t& tag) noexcept, (size, tag))
RC_NEW(_ZnwmSt11align_val_t, racecourse_aligned_new, kAlignedNew, static_cast<std::size_t>(alignment),
       (std::size_t size, std::align_val_t alignment), (size, alignment))
RC_NEW(_ZnamSt11align_val_t, racecourse_aligned_new_array, kAlignedNewArray, static_cast<std::size_t>(alignment),
       (std::size_t size, std::align_val_t alignment), (size, alignment))
RC_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, racecourse_aligned_new_nothrow, kAlignedNew,
       static_cast<std::size_t>(alignment),
       (std::size_t size, std::align_val_t alignment, const std::nothrow_t& tag) noexcept, (size, alignment, tag))
RC_NEW(_ZnamSt11align_val_tRKSt9nothrow_t, racecourse_aligned_new_array_nothrow, kAlignedNewArray,
       static_cast<std::size_t>(alignment),
       (std::size_t size, std::align_val_t alignment, const std::nothrow_t& tag) noexcept, (size, alignment, tag))

RC_DELETE(_ZdlPv, racecourse_delete, kNew, kAnySize, (void* block), (block))
RC_DELETE(_ZdaPv, racecourse_delete_array, kNewArray, kAnySize, (void* block), (block))
RC_DELETE(_ZdlPvm, racecourse_delete_sized, kNew, size, (void* block, std::size_t size), (block, size))
RC_DELETE(_ZdaPvm, racecourse_delete_array_sized, kNewArray, size, (void* block, std::size_t size), (block, size))
RC_DELETE(_ZdlPvRKSt9nothrow_t, racecourse_delete_nothrow, kNew, kAnySize, (void* block, const std::nothrow_t& tag),
          (block, tag))
RC_DELETE(_ZdaPvRKSt9nothrow_t, racecourse_delete_array_nothrow, kNewArray, kAnySize,
          (void* block, const std::nothrow_t& tag), (block, tag))
RC_DELETE(_ZdlPvSt11align_val_t, racecourse_aligned_delete, kAlignedNew, kAnySize,
          (void* block, std::align_val_t alignment), (block, alignment))
RC_DELETE(_ZdaPvSt11align_val_t, racecourse_aligned_delete_array, kAlignedNewArray, kAnySize,
          (void* block, std::align_val_t alignment), (block, alignment))
RC_DELETE(_ZdlPvmSt11align_val_t, racecourse_aligned_delete_sized, kAlignedNew, size,
          (void* block, std::size_t size, std::align_val_t alignment), (block, size, alignment))
RC_DELETE(_ZdaPvmSt11align_val_t, racecourse_aligned_delete_array_sized, kAlignedNewArray, size,
          (void* block, std::size_t size, std::align_val_t alignment), (block, size, alignment))
RC_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, racecourse_aligned_delete_nothrow, kAlignedNew, kAnySize,
          (void* block, std::align_val_t alignment, const std::nothrow_t& tag), (block, alignment, tag))
RC_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, racecourse_aligned_delete_array_nothrow, kAlignedNewArray, kAnySize,
          (void* block, std::align_val_t alignment, const std::nothrow_t& tag), (block, alignment, tag))

namespace racecourse {
namespace {

// True if the program defines one of them, and the linker therefore left ours out.
bool HasOwnOperators() {
  enum : unsigned char { kUnknown, kNo, kYes };
  static unsigned char answer = kUnknown;
  if (__builtin_expect(answer != kUnknown, 1)) return answer == kYes;
  struct Pair {
    const void* in_use;
    const void* ours;
  };
#define RC_PAIR(name, own) {reinterpret_cast<const void*>(&::name), reinterpret_cast<const void*>(&::own)}
  const Pair pairs[] = {
      RC_PAIR(_Znwm, racecourse_new),
      RC_PAIR(_Znam, racecourse_new_array),
      RC_PAIR(_ZnwmRKSt9nothrow_t, racecourse_new_nothrow),
      RC_PAIR(_ZnamRKSt9nothrow_t, racecourse_new_array_nothrow),
      RC_PAIR(_ZnwmSt11align_val_t, racecourse_aligned_new),
      RC_PAIR(_ZnamSt11align_val_t, racecourse_aligned_new_array),
      RC_PAIR(_ZnwmSt11align_val_tRKSt9nothrow_t, racecourse_aligned_new_nothrow),
      RC_PAIR(_ZnamSt11align_val_tRKSt9nothrow_t, racecourse_aligned_new_array_nothrow),
      RC_PAIR(_ZdlPv, racecourse_delete),
      RC_PAIR(_ZdaPv, racecourse_delete_array),
      RC_PAIR(_ZdlPvm, racecourse_delete_sized),
      RC_PAIR(_ZdaPvm, racecourse_delete_array_sized),
      RC_PAIR(_ZdlPvRKSt9nothrow_t, racecourse_delete_nothrow),
      RC_PAIR(_ZdaPvRKSt9nothrow_t, racecourse_delete_array_nothrow),
      RC_PAIR(_ZdlPvSt11align_val_t, racecourse_aligned_delete),
      RC_PAIR(_ZdaPvSt11align_val_t, racecourse_aligned_delete_array),
      RC_PAIR(_ZdlPvmSt11align_val_t, racecourse_aligned_delete_sized),
      RC_PAIR(_ZdaPvmSt11align_val_t, racecourse_aligned_delete_array_sized),
      RC_PAIR(_ZdlPvSt11align_val_tRKSt9nothrow_t, racecourse_aligned_delete_nothrow),
      RC_PAIR(_ZdaPvSt11align_val_tRKSt9nothrow_t, racecourse_aligned_delete_array_nothrow),
  };
#undef RC_PAIR
  answer = kNo;
  for (const Pair& pair : pairs) {
    if (pair.in_use != pair.ours) answer = kYes;
  }
  return answer == kYes;
}

}  // namespace
}  // namespace racecourse
