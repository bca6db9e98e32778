#include "framework/execution/heap.h"

#include <sys/mman.h>

#include <bit>
#include <cstring>

#include "framework/core/address_space.h"
#include "framework/core/check.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kLargeUnit = 64 << 10;

std::uintptr_t RoundUp(std::uintptr_t value, std::size_t unit) { return (value + unit - 1) & ~(unit - 1); }

}  // namespace

void Heap::Init(std::uintptr_t address, std::size_t size) {
  const auto got = SystemCall(SYS_mmap, address, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  RC_CHECK(static_cast<std::uintptr_t>(got) == address);
  begin_ = address;
  end_ = address + size;
  large_begin_ = address + size / 4;
  next_ = begin_;
  large_next_ = large_begin_;
}

// Cells of 16, 32 … 1024 bytes, then four classes per power of two up to 32 KiB.
unsigned Heap::ClassOf(std::size_t cell_size) {
  if (cell_size <= 1024) return static_cast<unsigned>((cell_size + 15) / 16) - 1;
  const unsigned log2 = 63 - static_cast<unsigned>(std::countl_zero(cell_size - 1));  // of the power below
  const std::size_t quarter = std::size_t{1} << (log2 - 2);
  const auto step = static_cast<unsigned>((cell_size - (std::size_t{1} << log2) + quarter - 1) / quarter);
  return 64 + (log2 - 10) * 4 + step - 1;
}

std::size_t Heap::CellSize(unsigned size_class) {
  if (size_class < 64) return (size_class + 1) * std::size_t{16};
  const unsigned log2 = 10 + (size_class - 64) / 4;
  return (std::size_t{1} << log2) + ((size_class - 64) % 4 + 1) * (std::size_t{1} << (log2 - 2));
}

void Heap::Describe(std::uintptr_t cell, std::uintptr_t block, std::size_t size, std::uint8_t size_class,
                    BlockOrigin origin) {
  BlockHeader* header = HeaderOf(reinterpret_cast<void*>(block));
  *header = {.size = static_cast<std::uint32_t>(size),
             .offset = static_cast<std::uint32_t>(block - cell - sizeof(BlockHeader)),
             .thread = origin.thread,
             .number = ++allocations_ & 0xff'ffff,
             .size_class = size_class,
             .family = origin.family,
             .is_of_program = origin.is_of_program,
             .state = BlockHeader::State::kLive};
  ++live_blocks_;
  live_bytes_ += size;
  if (__builtin_expect(header->offset != 0, 0)) {
    auto* first = reinterpret_cast<BlockHeader*>(cell);
    *first = *header;
    first->state = BlockHeader::State::kElsewhere;
  }
}

std::uintptr_t Heap::EndOfCell(std::uintptr_t cell) {
  const auto* header = reinterpret_cast<const BlockHeader*>(cell);
  if (header->size_class == kLargeClass) {
    return RoundUp(cell + sizeof(BlockHeader) + header->offset + header->size, kLargeUnit);
  }
  if (header->size_class >= kClasses) return 0;
  const std::size_t size = CellSize(header->size_class);
  return header->offset + sizeof(BlockHeader) <= size ? cell + size : 0;
}

void* Heap::Allocate(std::size_t size, std::size_t alignment, BlockOrigin origin) {
  const std::size_t extra = alignment > 16 ? alignment : 0;
  if (size > kLiveBytesMax - live_bytes_) return nullptr;
  if (size > kMaxSmall || extra > kMaxSmall / 2) return AllocateLarge(size, alignment, origin);
  const std::size_t wanted = sizeof(BlockHeader) + (size < 16 ? 16 : size) + extra;
  if (wanted > kMaxSmall) return AllocateLarge(size, alignment, origin);
  const unsigned size_class = ClassOf(wanted);
  auto cell = reinterpret_cast<std::uintptr_t>(free_cells_[size_class]);
  if (cell != 0) {
    std::memcpy(&free_cells_[size_class], reinterpret_cast<void*>(cell + sizeof(BlockHeader)), sizeof(void*));
  } else {
    cell = next_;
    next_ += CellSize(size_class);
    if (next_ > large_begin_) return nullptr;
  }
  std::uintptr_t block = cell + sizeof(BlockHeader);
  if (extra != 0) block = RoundUp(block, alignment);
  Describe(cell, block, size, static_cast<std::uint8_t>(size_class), origin);
  std::memset(reinterpret_cast<void*>(block), kFill, size);
  return reinterpret_cast<void*>(block);
}

void* Heap::AllocateLarge(std::size_t size, std::size_t alignment, BlockOrigin origin) {
  if (size > end_ - begin_ || alignment > (std::size_t{1} << 30)) return nullptr;
  const std::uintptr_t start = RoundUp(large_next_, kLargeUnit);
  const std::uintptr_t block = RoundUp(start + kPageSize, alignment < kPageSize ? kPageSize : alignment);
  const std::uintptr_t next = RoundUp(block + size, kLargeUnit);
  if (next > end_) return nullptr;
  large_next_ = next;
  Describe(start, block, size, kLargeClass, origin);
  return reinterpret_cast<void*>(block);
}

std::size_t Heap::Capacity(void* block) {
  const BlockHeader* header = HeaderOf(block);
  if (header->size_class == kLargeClass) return RoundUp(header->size, 16);
  return CellSize(header->size_class) - sizeof(BlockHeader) - header->offset;
}

void Heap::Free(void* block) {
  BlockHeader* header = HeaderOf(block);
  RC_CHECK(header->state == BlockHeader::State::kLive);
  header->state = BlockHeader::State::kFreed;
  --live_blocks_;
  live_bytes_ -= header->size <= live_bytes_ ? header->size : live_bytes_;  // the size is the program's to overwrite
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  if (header->size_class == kLargeClass) {
    const std::uintptr_t begin = RoundUp(address, kPageSize);
    const std::size_t length = RoundUp(address + header->size, kPageSize) - begin;
    if (length > 0) SystemCall(SYS_madvise, begin, length, MADV_DONTNEED, 0, 0, 0);
    return;
  }
  // The link stands where an unaligned block would begin, so that a stale header survives for double-free checks.
  const std::uintptr_t cell = address - sizeof(BlockHeader) - header->offset;
  std::memcpy(reinterpret_cast<void*>(cell + sizeof(BlockHeader)), &free_cells_[header->size_class], sizeof(void*));
  free_cells_[header->size_class] = reinterpret_cast<void*>(cell);
}

void Heap::Reset() {
  live_bytes_ = 0;
  live_blocks_ = 0;
  allocations_ = 0;
  next_ = begin_;
  for (auto& cell : free_cells_) cell = nullptr;
  if (large_next_ > large_begin_) {
    SystemCall(SYS_madvise, large_begin_, large_next_ - large_begin_, MADV_DONTNEED, 0, 0, 0);
    large_next_ = large_begin_;
  }
}

}  // namespace racecourse
