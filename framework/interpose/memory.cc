// malloc and its relatives, for everybody in the process. Source: ISO C 7.22.3, POSIX.1-2017 posix_memalign. The
// operators new and delete: operator_new.cc.

#include "framework/interpose/memory.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <cstring>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/names.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr std::size_t kShadowPageSize = std::size_t{1} << kShadowPageBits;

bool IsLarge(void* block) { return Heap::HeaderOf(block)->size_class == Heap::kLargeClass; }

}  // namespace

void* Allocate(std::size_t size, std::size_t alignment, const HeapCall& call) {
  if (!IsExecutionReady()) InitExecution();
  Execution& execution = TheExecution();
  BlockOrigin origin = {.family = call.family};
  void* block;
  if (execution.current == nullptr) {
    block = execution.setup_heap.Allocate(size, alignment, origin);
  } else {
    EnterUnsafe("malloc");
    origin.is_of_program = execution.IsProgramCode(call.code);
    origin.thread = static_cast<std::uint8_t>(execution.current->accessor.slot);
    block = execution.scenario_heap.Allocate(size, alignment, origin);
    // Large blocks are never reused within an execution, so nothing is known of them yet.
    if (block != nullptr && !IsLarge(block)) {
      const auto address = reinterpret_cast<std::uintptr_t>(block);
      const std::size_t capacity = Heap::Capacity(block);
      execution.races.Reuse(address, capacity);
      execution.shadow.ForgetObjects(address, capacity);
      // Nothing of the program lies between the end of the block and the next one, or in the header before it; nor in
      // the header after it, whose block may not exist yet.
      execution.races.MarkOutside(address - sizeof(BlockHeader), sizeof(BlockHeader));
      const std::size_t slack = capacity > size ? capacity - size : sizeof(BlockHeader);
      execution.races.MarkOutside(address + size, slack);
    }
    if (__builtin_expect(execution.records, 0) && block != nullptr && origin.is_of_program) {
      RecordAllocation(Heap::HeaderOf(block)->number, call.code, call.frame);
    }
  }
  if (block == nullptr) errno = ENOMEM;
  return block;
}

namespace {

void* AllocateZeroed(std::size_t count, std::size_t size, const HeapCall& call) {
  std::size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  void* block = Allocate(total, 16, call);
  if (block != nullptr && !IsLarge(block)) std::memset(block, 0, total);
  return block;
}

const char* MakerName(AllocationFamily family) {
  switch (family) {
    case AllocationFamily::kMalloc:
      return "malloc or one of its relatives";
    case AllocationFamily::kNew:
      return "new";
    case AllocationFamily::kNewArray:
      return "new[]";
    case AllocationFamily::kAlignedNew:
      return "new for a type of extended alignment";
    case AllocationFamily::kAlignedNewArray:
      return "new[] for a type of extended alignment";
  }
  return "";
}

const char* ReleaserName(AllocationFamily family) {
  switch (family) {
    case AllocationFamily::kMalloc:
      return "free or realloc";
    case AllocationFamily::kNew:
      return "delete";
    case AllocationFamily::kNewArray:
      return "delete[]";
    case AllocationFamily::kAlignedNew:
      return "delete for a type of extended alignment";
    case AllocationFamily::kAlignedNewArray:
      return "delete[] for a type of extended alignment";
  }
  return "";
}

// Source: C++20 [new.delete.single], [new.delete.array]: each deallocation function takes only what its own allocation
// functions returned, and with the size that these were given.
[[noreturn]] void ReportMismatch(const BlockHeader& header, const HeapCall& call, std::size_t size) {
  const Execution& execution = TheExecution();
  FindingBuilder builder(FindingKind::kMisuse);
  Text& message = builder.Message();
  WriteThreadName(message, *execution.current);
  if (header.family != call.family) {
    message << " releases with " << ReleaserName(call.family) << " memory that was allocated with "
            << MakerName(header.family) << '.';
  } else {
    message << " deletes an object of " << std::uint64_t{header.size} << " bytes as one of " << std::uint64_t{size}
            << ": through a pointer to a type that it does not have, most likely to a base class without a virtual "
               "destructor.";
  }
  const auto block = reinterpret_cast<std::uintptr_t>(&header + 1);
  builder.SetHeapBlock(header.size, block);
  builder.AddStackOf(*execution.current) << "released here";
  if (execution.scenario_heap.Owns(&header)) builder.AddStackOfAllocation(header.number);
  builder.Report();
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

void FreeControlled(Execution& execution, void* block, const HeapCall& call, std::size_t released_size) {
  const std::uint64_t code = call.code;
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
  // A library's own mixture is no fault of the program's.
  if ((header->family != call.family || (released_size != kAnySize && released_size != header->size)) &&
      execution.IsProgramCode(code)) {
    ReportMismatch(*header, call, released_size);
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

void* Reallocate(void* block, std::size_t size, const HeapCall& call) {
  if (block == nullptr) return Allocate(size, 16, call);
  if (size == 0) {
    Release(block, call);
    return nullptr;
  }
  void* larger = Allocate(size, 16, call);
  if (larger == nullptr) return nullptr;
  const std::size_t old_size = Heap::HeaderOf(block)->size;
  std::memcpy(larger, block, old_size < size ? old_size : size);
  Release(block, call);
  return larger;
}

}  // namespace

void Release(void* block, const HeapCall& call, std::size_t size) {
  if (block == nullptr) return;
  Execution& execution = TheExecution();
  if (execution.current != nullptr) {
    EnterUnsafe("free");
    return FreeControlled(execution, block, call, size);
  }
  if (execution.setup_heap.Owns(block) && Heap::IsLive(block)) execution.setup_heap.Free(block);
}

}  // namespace racecourse

using namespace racecourse;

#define RC_CALL RC_HEAP_CALL(kMalloc)

RC_INTERPOSE void* malloc(size_t size) noexcept { return Allocate(size, 16, RC_CALL); }
RC_INTERPOSE void free(void* block) noexcept { Release(block, RC_CALL); }
RC_INTERPOSE void* calloc(size_t count, size_t size) noexcept { return AllocateZeroed(count, size, RC_CALL); }
RC_INTERPOSE void* realloc(void* block, size_t size) noexcept { return Reallocate(block, size, RC_CALL); }
RC_INTERPOSE void* reallocarray(void* block, size_t count, size_t size) noexcept {
  std::size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  return Reallocate(block, total, RC_CALL);
}
RC_INTERPOSE void* memalign(size_t alignment, size_t size) noexcept { return Allocate(size, alignment, RC_CALL); }
RC_INTERPOSE void* aligned_alloc(size_t alignment, size_t size) noexcept { return Allocate(size, alignment, RC_CALL); }
RC_INTERPOSE void* valloc(size_t size) noexcept { return Allocate(size, kPageSize, RC_CALL); }
RC_INTERPOSE int posix_memalign(void** result, size_t alignment, size_t size) noexcept {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* block = Allocate(size, alignment, RC_CALL);
  if (block == nullptr) return ENOMEM;
  *result = block;
  return 0;
}
RC_INTERPOSE size_t malloc_usable_size(void* block) noexcept {
  return block == nullptr ? 0 : Heap::HeaderOf(block)->size;
}
RC_INTERPOSE void cfree(void* block) noexcept { Release(block, RC_CALL); }
