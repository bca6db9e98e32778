// What malloc and the operators new and delete share.
#ifndef RACECOURSE_INTERPOSE_MEMORY_H_
#define RACECOURSE_INTERPOSE_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "framework/execution/heap.h"

namespace racecourse {

// How a block is asked for or released: by which functions, and from where.
struct HeapCall {
  AllocationFamily family;
  std::uint64_t code;  // the call
  const void* frame;   // of the function of ours that was called
};

// nullptr if there is no more memory.   REQUIRES: `alignment` is a power of two.
void* Allocate(std::size_t size, std::size_t alignment, const HeapCall& call);

// Size unknown to whoever releases a block.
inline constexpr std::size_t kAnySize = ~std::size_t{0};

// Releases `block`, which may be null, as one of `size` bytes.
void Release(void* block, const HeapCall& call, std::size_t size = kAnySize);

}  // namespace racecourse

// The call of the interposed function that this stands in.
#define RC_HEAP_CALL(family)                                                                \
  (::racecourse::HeapCall{::racecourse::AllocationFamily::family,                           \
                          reinterpret_cast<std::uint64_t>(__builtin_return_address(0)) - 1, \
                          __builtin_frame_address(0)})

#endif  // RACECOURSE_INTERPOSE_MEMORY_H_
