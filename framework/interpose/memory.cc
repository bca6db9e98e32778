// malloc and its relatives, for everybody in the process. Source: ISO C 7.22.3, POSIX.1-2017 posix_memalign.

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <cstring>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr std::size_t kShadowPageSize = std::size_t{1} << kShadowPageBits;

bool IsLarge(void* block) { return Heap::HeaderOf(block)->size_class == Heap::kLargeClass; }

void* Allocate(std::size_t size, std::size_t alignment) {
  if (!IsExecutionReady()) InitExecution();
  Execution& execution = TheExecution();
  void* block;
  if (execution.current == nullptr) {
    block = execution.setup_heap.Allocate(size, alignment);
  } else {
    EnterUnsafe("malloc");
    block = execution.scenario_heap.Allocate(size, alignment);
    // Large blocks are never reused within an execution, so nothing is known of them yet.
    if (block != nullptr && !IsLarge(block)) {
      const auto address = reinterpret_cast<std::uintptr_t>(block);
      const std::size_t capacity = Heap::Capacity(block);
      execution.races.Reuse(address, capacity);
      execution.shadow.ForgetObjects(address, capacity);
      // Nothing of the program lies between the end of the block and the next one, or in the header before it.
      execution.races.MarkOutside(address - sizeof(BlockHeader), sizeof(BlockHeader));
      if (capacity > size) execution.races.MarkOutside(address + size, capacity - size);
    }
  }
  if (block == nullptr) errno = ENOMEM;
  return block;
}

void* AllocateZeroed(std::size_t count, std::size_t size) {
  std::size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  void* block = Allocate(total, 16);
  if (block != nullptr && !IsLarge(block)) std::memset(block, 0, total);
  return block;
}

// Marks the 64 KiB pages of a large block: any later access is a use after free.
void MarkLargeFreed(Execution& execution, std::uintptr_t block, std::size_t size) {
  if (execution.exchanged_count == 0) execution.races.FillFreed(execution.freed_page);
  const std::uintptr_t begin = block & ~(kShadowPageSize - 1);
  for (std::uintptr_t page = begin; page < block + size; page += kShadowPageSize) {
    if (execution.exchanged_count == execution.exchanged_capacity) {
      const std::uint32_t capacity = execution.exchanged_capacity == 0 ? 64 : execution.exchanged_capacity * 2;
      auto* larger =
          static_cast<Execution::ExchangedPage*>(execution.arena.Allocate(capacity * sizeof(Execution::ExchangedPage)));
      if (execution.exchanged_count > 0) {
        std::memcpy(larger, execution.exchanged_pages, execution.exchanged_count * sizeof(Execution::ExchangedPage));
      }
      execution.exchanged_pages = larger;
      execution.exchanged_capacity = capacity;
    }
    ShadowPage* old = execution.shadow.ExchangePage(page, execution.freed_page);
    execution.exchanged_pages[execution.exchanged_count++] = {page, old};
  }
}

void FreeControlled(Execution& execution, void* block, std::uint64_t code) {
  BlockHeader* header = Heap::HeaderOf(block);
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  const bool is_scenario = execution.scenario_heap.Owns(block);
  if (!is_scenario && !execution.setup_heap.Owns(block)) ReportMisuse("frees memory that does not come from the heap");
  if (header->state != BlockHeader::State::kLive) {
    if (header->state == BlockHeader::State::kFreed) {
      ReportAtCurrentThread(FindingKind::kDoubleFree, "Memory that was already freed is freed a second time.");
    }
    ReportMisuse("frees an address that is not the start of a block of memory");
  }
  const std::size_t size = IsLarge(block) ? header->size : Heap::Capacity(block);
  if (execution.records) {
    const std::uintptr_t granule = Shared().order.watched_granule;
    if (granule != 0 && address < granule + 8 && address + size > granule) {
      RecordPlainAccess(OperationKind::kFree, address, size, code);
    }
  }
  Conflict conflict;
  if (IsLarge(block)) {
    MarkLargeFreed(execution, address, size);
  } else {
    conflict = execution.races.Free(execution.current->accessor, address, header->size, size);
  }
  if (conflict.kind == Conflict::Kind::kRace && execution.detects_races) {
    ReportConflict(conflict, address, header->size, true, false, code);
  }
  execution.shadow.ForgetObjects(address, size);
  if (is_scenario) {
    execution.scenario_heap.Free(block);
  } else {
    // Older than the execution, and its again afterwards: restoring the image brings the block back. Until then nobody
    // gets its memory.
    header->state = BlockHeader::State::kFreed;
  }
}

void Free(void* block, std::uint64_t code) {
  if (block == nullptr) return;
  Execution& execution = TheExecution();
  if (execution.current != nullptr) {
    EnterUnsafe("free");
    return FreeControlled(execution, block, code);
  }
  if (execution.setup_heap.Owns(block) && Heap::IsLive(block)) execution.setup_heap.Free(block);
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

#define RC_CALLER (reinterpret_cast<std::uint64_t>(__builtin_return_address(0)) - 1)

RC_INTERPOSE void* malloc(size_t size) noexcept { return Allocate(size, 16); }
RC_INTERPOSE void free(void* block) noexcept { Free(block, RC_CALLER); }
RC_INTERPOSE void* calloc(size_t count, size_t size) noexcept { return AllocateZeroed(count, size); }
RC_INTERPOSE void* realloc(void* block, size_t size) noexcept {
  if (block == nullptr) return Allocate(size, 16);
  if (size == 0) {
    Free(block, RC_CALLER);
    return nullptr;
  }
  void* larger = Allocate(size, 16);
  if (larger == nullptr) return nullptr;
  const std::size_t old_size = Heap::HeaderOf(block)->size;
  std::memcpy(larger, block, old_size < size ? old_size : size);
  Free(block, RC_CALLER);
  return larger;
}
RC_INTERPOSE void* reallocarray(void* block, size_t count, size_t size) noexcept {
  std::size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(block, total);
}
RC_INTERPOSE void* memalign(size_t alignment, size_t size) noexcept { return Allocate(size, alignment); }
RC_INTERPOSE void* aligned_alloc(size_t alignment, size_t size) noexcept { return Allocate(size, alignment); }
RC_INTERPOSE void* valloc(size_t size) noexcept { return Allocate(size, kPageSize); }
RC_INTERPOSE int posix_memalign(void** result, size_t alignment, size_t size) noexcept {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* block = Allocate(size, alignment);
  if (block == nullptr) return ENOMEM;
  *result = block;
  return 0;
}
RC_INTERPOSE size_t malloc_usable_size(void* block) noexcept {
  return block == nullptr ? 0 : Heap::HeaderOf(block)->size;
}
RC_INTERPOSE void cfree(void* block) noexcept { Free(block, RC_CALLER); }
