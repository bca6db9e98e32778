// Memory that is handed out in ascending order and taken back all at once at the end of an execution. The same
// sequence of requests gets the same addresses in every execution.
#ifndef RACECOURSE_CORE_ARENA_H_
#define RACECOURSE_CORE_ARENA_H_

#include <cstddef>
#include <cstdint>

#include "framework/core/check.h"

namespace racecourse {

class Arena {
 public:
  // `memory` is the caller's, zero or not, and outlives the arena.
  void Init(void* memory, std::size_t size) {
    begin_ = static_cast<char*>(memory);
    next_ = begin_;
    end_ = begin_ + size;
    home_ = 0;
    home_size_ = ~std::uintptr_t{0};
  }
  // What belongs to an owner outside [begin, end) comes from `other` instead.
  void KeepFor(const void* begin, const void* end, Arena* other) {
    home_ = reinterpret_cast<std::uintptr_t>(begin);
    home_size_ = reinterpret_cast<std::uintptr_t>(end) - home_;
    other_ = other;
  }
  Arena* For(const void* owner) { return reinterpret_cast<std::uintptr_t>(owner) - home_ < home_size_ ? this : other_; }
  Arena* Other() const { return other_; }
  void Reset() { next_ = begin_; }
  // Uninitialised memory, aligned to 64 bytes.
  void* Allocate(std::size_t size) {
    char* result = next_;
    next_ += (size + 63) & ~std::size_t{63};
    RC_CHECK(next_ <= end_);
    return result;
  }
  bool Owns(const void* p) const { return p >= begin_ && p < end_; }
  // Which 64-byte line of the arena `p` starts, and back.
  std::uint32_t IndexOf(const void* p) const {
    return static_cast<std::uint32_t>((static_cast<const char*>(p) - begin_) >> 6);
  }
  void* At(std::uint32_t index) const { return begin_ + (std::size_t{index} << 6); }

 private:
  std::uintptr_t home_ = 0;
  std::uintptr_t home_size_ = 0;
  Arena* other_ = nullptr;
  char* begin_ = nullptr;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace racecourse

#endif  // RACECOURSE_CORE_ARENA_H_
