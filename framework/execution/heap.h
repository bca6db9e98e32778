// The program's heap: malloc and its relatives. Addresses depend only on the sequence of requests, so pointers are the
// same in every execution and every process.
//
// Two of them exist: the setup heap serves what runs before an execution (static constructors, GoogleTest) and is part
// of the image that executions start from; the scenario heap serves one execution and is emptied after it.
//
// Small blocks (up to 32 KiB) come from size classes with last-in first-out reuse, as programs meet it in practice;
// larger ones get whole 64 KiB pages of their own that are never reused within an execution.
// Threads: used by the one running thread only.
#ifndef RACECOURSE_EXECUTION_HEAP_H_
#define RACECOURSE_EXECUTION_HEAP_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

// Which functions make a block, and so which of them may release it.
enum class AllocationFamily : std::uint8_t { kMalloc, kNew, kNewArray, kAlignedNew, kAlignedNewArray };

// Where a block comes from.
struct BlockOrigin {
  AllocationFamily family = AllocationFamily::kMalloc;
  bool is_of_program = false;  // the program's own code asked for it, not a library for its own purposes
  std::uint8_t thread = 0;     // the slot that asked
};

// Stands right before every block, and at the start of its cell where that is another place.
struct BlockHeader {
  enum class State : std::uint16_t { kLive = 0x11fe, kFreed = 0xdead, kElsewhere = 0x30fe };
  std::uint32_t size;    // as requested, in bytes: no block has more than 3 GiB
  std::uint32_t offset;  // of the block from the start of its cell (alignment)
  std::uint32_t thread : 8;
  std::uint32_t number : 24;  // of the allocation, from 1 in every execution
  std::uint8_t size_class;    // kLargeClass for large blocks
  AllocationFamily family : 7;
  std::uint8_t is_of_program : 1;
  State state;
};
static_assert(sizeof(BlockHeader) == 16);

class Heap {
 public:
  static constexpr std::uint8_t kLargeClass = 0xff;

  // Reserves [address, address + size), which nothing else may use.
  void Init(std::uintptr_t address, std::size_t size);

  // Memory for `size` bytes at a multiple of `alignment` (a power of two); nullptr when the region is full.
  // ENSURES: small blocks are filled with kFill, large ones are zero.
  void* Allocate(std::size_t size, std::size_t alignment, BlockOrigin origin);

  // REQUIRES: Owns(block) and its header says kLive.
  void Free(void* block);

  bool Owns(const void* p) const {
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    return address >= begin_ && address < end_;
  }
  static BlockHeader* HeaderOf(void* block) { return static_cast<BlockHeader*>(block) - 1; }
  // True if `block` looks like something Allocate returned and Free did not take.
  static bool IsLive(void* block) { return HeaderOf(block)->state == BlockHeader::State::kLive; }
  // The bytes the program may use from `block` on, at least its requested size.
  static std::size_t Capacity(void* block);

  // How many blocks are neither freed nor taken back.
  std::uint32_t LiveBlocks() const { return live_blocks_; }
  std::size_t LiveBytes() const { return live_bytes_; }
  // Calls visit(block) for every live block, in the order of their addresses. Returns false, having visited some, if
  // the program has overwritten what it needs to find them.
  template <typename Visit>
  bool ForEachLive(Visit visit) const;

  // Takes everything back; the next allocation gets the first address again.
  void Reset();

  // The parts in use, small blocks and large ones, for the image: setup heap only.
  std::uintptr_t Begin() const { return begin_; }
  std::uintptr_t End() const { return next_; }
  std::uintptr_t LargeBegin() const { return large_begin_; }
  std::uintptr_t LargeEnd() const { return large_next_; }

  static constexpr unsigned char kFill = 0xcb;

 private:
  static constexpr std::size_t kMaxSmall = 32 << 10;
  // A program that asks for more than this at a time gets nullptr, and the machine keeps its memory.
  static constexpr std::size_t kLiveBytesMax = std::size_t{3} << 30;
  static constexpr unsigned kClasses = 64 + 5 * 4 + 1;
  static unsigned ClassOf(std::size_t cell_size);
  static std::size_t CellSize(unsigned size_class);
  void* AllocateLarge(std::size_t size, std::size_t alignment, BlockOrigin origin);
  // Writes the headers of a new block.
  void Describe(std::uintptr_t cell, std::uintptr_t block, std::size_t size, std::uint8_t size_class,
                BlockOrigin origin);
  // The end of the cell that starts with `header`; 0 if the header makes no sense.
  static std::uintptr_t EndOfCell(std::uintptr_t cell);

  std::uintptr_t begin_ = 0;
  std::uintptr_t end_ = 0;
  std::uintptr_t next_ = 0;        // small cells grow up from begin_
  std::uintptr_t large_next_ = 0;  // large blocks grow up from the middle
  std::uintptr_t large_begin_ = 0;
  std::size_t live_bytes_ = 0;
  std::uint32_t live_blocks_ = 0;
  std::uint32_t allocations_ = 0;
  void* free_cells_[kClasses] = {};
};

template <typename Visit>
bool Heap::ForEachLive(Visit visit) const {
  const std::uintptr_t parts[2][2] = {{begin_, next_}, {large_begin_, large_next_}};
  for (const auto& part : parts) {
    for (std::uintptr_t cell = part[0]; cell < part[1];) {
      const std::uintptr_t next = EndOfCell(cell);
      if (next <= cell || next > part[1]) return false;
      const auto* header = reinterpret_cast<const BlockHeader*>(cell);
      const std::uintptr_t block = cell + sizeof(BlockHeader) + header->offset;
      if (HeaderOf(reinterpret_cast<void*>(block))->state == BlockHeader::State::kLive) {
        visit(reinterpret_cast<void*>(block));
      }
      cell = next;
    }
  }
  return true;
}

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_HEAP_H_
