// __tsan_read*, __tsan_write* and relatives: every plain access of instrumented code, as clang 19 announces it.
// Source of the names: LLVM, lib/Transforms/Instrumentation/ThreadSanitizer.cpp.

#include "framework/interpose/plain_access.h"

#include <cstring>

#include "framework/execution/dead_stack.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

#define RC_CALLER_CODE (reinterpret_cast<std::uint64_t>(__builtin_return_address(0)) - 1)

bool IsPlainPoint(const Execution& execution, std::uint64_t code) {
  const Schedule& schedule = execution.order_schedule;
  const std::uint64_t offset = code - execution.code_begin;
  for (std::uint32_t i = 0; i < schedule.plain_point_count; ++i) {
    if (schedule.plain_points[i] == offset) return true;
  }
  return false;
}

// Seldom: the time slice is over, or every access is looked at. Those that the compiler announces are counted: another
// executor sees them too.
__attribute__((noinline)) void LookAtAccess(std::uintptr_t address, std::size_t size, bool is_write, std::int64_t cost,
                                            std::uint64_t code, bool is_compilers) {
  Execution& execution = TheExecution();
  if (execution.access_budget_full > 0) return ArriveAfterTimeSlice();
  execution.access_budget = 0;
  if (execution.watches_slice) WatchAccess(execution, address, is_write, code);
  execution.slice_left -= cost;
  if (execution.slice_left < 0) ArriveAfterTimeSlice();
  const OperationKind kind = is_write ? OperationKind::kPlainWrite : OperationKind::kPlainRead;
  if (IsPlainPoint(execution, code)) Arrive(kind, address & ~std::uintptr_t{7});
  if (!execution.records) return;
  if (is_compilers) ++Shared().accesses_since_arrival;
  CompletePlainWrite();
  const std::uintptr_t granule = Shared().order.watched_granule;
  if (granule != 0 && address < granule + 8 && address + size > granule) RecordPlainAccess(kind, address, size, code);
}

template <bool kIsWrite>
__attribute__((noinline)) void CheckAccess(Thread& self, Cell* cell, std::uintptr_t address, unsigned size,
                                           std::uint8_t mask, std::uint64_t code) {
  Execution& execution = TheExecution();
  const Conflict conflict = execution.races.Access<kIsWrite>(self.accessor, cell, address, mask);
  if (__builtin_expect(conflict.kind == Conflict::Kind::kNone, 1)) return;
  if (conflict.kind == Conflict::Kind::kRace && !execution.detects_races) return;
  ReportConflict(conflict, address, size, kIsWrite, false, code);
}

template <bool kIsWrite>
__attribute__((noinline)) void AccessRange(Thread& self, std::uintptr_t address, std::size_t size, std::uint64_t code) {
  Execution& execution = TheExecution();
  if (IsOfAnotherThread(address, self.accessor.slot)) CheckForeignAccess(address, size, kIsWrite, false);
  const Conflict conflict = execution.races.AccessRange(self.accessor, address, size, kIsWrite);
  if (__builtin_expect(conflict.kind == Conflict::Kind::kNone, 1)) return;
  if (conflict.kind == Conflict::Kind::kRace && !execution.detects_races) return;
  ReportConflict(conflict, address, size, kIsWrite, false, code);
}

template <bool kIsWrite>
inline __attribute__((always_inline)) void Access(const void* p, unsigned size, std::uint64_t code) {
  Execution& execution = TheExecution();
  Thread* self = execution.current;
  if (__builtin_expect(self == nullptr, 0)) return;
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  if (__builtin_expect(--execution.access_budget < 0, 0)) LookAtAccess(address, size, kIsWrite, 1, code, true);
  const unsigned offset = address & 7;
  if (__builtin_expect(offset + size > 8, 0)) return AccessRange<kIsWrite>(*self, address, size, code);
  ShadowPage* page = execution.shadow.PageOf(address);
  if (__builtin_expect(page == nullptr, 0)) return;
  Cell* cell = &page->cells[ShadowMemory::GranuleOf(address)];
  const auto mask = static_cast<std::uint8_t>(((1u << size) - 1) << offset);
  if (__builtin_expect(execution.races.IsKnown<kIsWrite>(self->accessor, *cell, mask), 1)) return;
  // Seldom: most of what threads share is on the heap or global.
  if (__builtin_expect(IsOfAnotherThread(address, self->accessor.slot), 0)) {
    CheckForeignAccess(address, size, kIsWrite, false);
  }
  if (__builtin_expect(execution.races.Follows<kIsWrite>(self->accessor, cell, mask), 1)) return;
  CheckAccess<kIsWrite>(*self, cell, address, size, mask, code);
}

template <bool kIsWrite, bool kIsCompilers = true>
inline void Range(const void* p, std::size_t size, std::uint64_t code) {
  Execution& execution = TheExecution();
  Thread* self = execution.current;
  if (self == nullptr || size == 0) return;
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  const auto cost = static_cast<std::int64_t>(size / 64) + 1;
  execution.access_budget -= cost;
  if (execution.access_budget < 0) LookAtAccess(address, size, kIsWrite, cost, code, kIsCompilers);
  AccessRange<kIsWrite>(*self, address, size, code);
}

}  // namespace

void AnnounceRead(const void* begin, std::size_t size, std::uint64_t code) { Range<false, false>(begin, size, code); }
void AnnounceWrite(const void* begin, std::size_t size, std::uint64_t code) { Range<true, false>(begin, size, code); }

}  // namespace racecourse

using racecourse::Access;
using racecourse::Range;

#define RC_ACCESSES(size)                                                                                           \
  RC_INTERPOSE void __tsan_read##size(void* p) { Access<false>(p, size, RC_CALLER_CODE); }                          \
  RC_INTERPOSE void __tsan_write##size(void* p) { Access<true>(p, size, RC_CALLER_CODE); }                          \
  RC_INTERPOSE void __tsan_read##size##_pc(void* p, void* pc) {                                                     \
    Access<false>(p, size, reinterpret_cast<std::uint64_t>(pc) - 1);                                                \
  }                                                                                                                 \
  RC_INTERPOSE void __tsan_write##size##_pc(void* p, void* pc) {                                                    \
    Access<true>(p, size, reinterpret_cast<std::uint64_t>(pc) - 1);                                                 \
  }                                                                                                                 \
  RC_INTERPOSE void __tsan_volatile_read##size(void* p) { Access<false>(p, size, RC_CALLER_CODE); }                 \
  RC_INTERPOSE void __tsan_volatile_write##size(void* p) { Access<true>(p, size, RC_CALLER_CODE); }                 \
  RC_INTERPOSE void __tsan_read_write##size(void* p) {                                                              \
    Access<false>(p, size, RC_CALLER_CODE);                                                                         \
    Access<true>(p, size, RC_CALLER_CODE);                                                                          \
  }                                                                                                                 \
  RC_INTERPOSE void __tsan_unaligned_read##size(const void* p) { Access<false>(p, size, RC_CALLER_CODE); }          \
  RC_INTERPOSE void __tsan_unaligned_write##size(void* p) { Access<true>(p, size, RC_CALLER_CODE); }                \
  RC_INTERPOSE void __tsan_unaligned_volatile_read##size(const void* p) { Access<false>(p, size, RC_CALLER_CODE); } \
  RC_INTERPOSE void __tsan_unaligned_volatile_write##size(void* p) { Access<true>(p, size, RC_CALLER_CODE); }       \
  RC_INTERPOSE void __tsan_unaligned_read_write##size(void* p) {                                                    \
    Access<false>(p, size, RC_CALLER_CODE);                                                                         \
    Access<true>(p, size, RC_CALLER_CODE);                                                                          \
  }

RC_ACCESSES(1)
RC_ACCESSES(2)
RC_ACCESSES(4)
RC_ACCESSES(8)

// Sixteen bytes are two granules at least.
#define RC_WIDE(name, is_write) \
  RC_INTERPOSE void name(void* p) { Range<is_write>(p, 16, RC_CALLER_CODE); }
RC_WIDE(__tsan_read16, false)
RC_WIDE(__tsan_write16, true)
RC_WIDE(__tsan_volatile_read16, false)
RC_WIDE(__tsan_volatile_write16, true)
RC_WIDE(__tsan_read_write16, true)
RC_WIDE(__tsan_unaligned_read16, false)
RC_WIDE(__tsan_unaligned_write16, true)
RC_WIDE(__tsan_unaligned_volatile_read16, false)
RC_WIDE(__tsan_unaligned_volatile_write16, true)
RC_WIDE(__tsan_unaligned_read_write16, true)
RC_INTERPOSE void __tsan_read16_pc(void* p, void* pc) { Range<false>(p, 16, reinterpret_cast<std::uint64_t>(pc) - 1); }
RC_INTERPOSE void __tsan_write16_pc(void* p, void* pc) { Range<true>(p, 16, reinterpret_cast<std::uint64_t>(pc) - 1); }

RC_INTERPOSE void __tsan_read_range(void* p, unsigned long size) { Range<false>(p, size, RC_CALLER_CODE); }
RC_INTERPOSE void __tsan_write_range(void* p, unsigned long size) { Range<true>(p, size, RC_CALLER_CODE); }
RC_INTERPOSE void __tsan_read_range_pc(void* p, unsigned long size, void* pc) {
  Range<false>(p, size, reinterpret_cast<std::uint64_t>(pc) - 1);
}
RC_INTERPOSE void __tsan_write_range_pc(void* p, unsigned long size, void* pc) {
  Range<true>(p, size, reinterpret_cast<std::uint64_t>(pc) - 1);
}

// A constructor or destructor sets the vtable pointer; setting it to what it is already changes nothing.
RC_INTERPOSE void __tsan_vptr_update(void** vptr, void* value) {
  if (*vptr != value) Access<true>(vptr, 8, RC_CALLER_CODE);
}
RC_INTERPOSE void __tsan_vptr_read(void** vptr) { Access<false>(vptr, 8, RC_CALLER_CODE); }

// Function boundaries are not needed: stacks are unwound when a failure is replayed.
RC_INTERPOSE void __tsan_func_entry(void*) {}
RC_INTERPOSE void __tsan_func_exit() {}
RC_INTERPOSE void __tsan_init() {}
RC_INTERPOSE void __tsan_ignore_thread_begin() {}
RC_INTERPOSE void __tsan_ignore_thread_end() {}

RC_INTERPOSE void* __tsan_memcpy(void* to, const void* from, unsigned long size) {
  Range<false>(from, size, RC_CALLER_CODE);
  Range<true>(to, size, RC_CALLER_CODE);
  return std::memcpy(to, from, size);
}
RC_INTERPOSE void* __tsan_memmove(void* to, const void* from, unsigned long size) {
  Range<false>(from, size, RC_CALLER_CODE);
  Range<true>(to, size, RC_CALLER_CODE);
  return std::memmove(to, from, size);
}
RC_INTERPOSE void* __tsan_memset(void* to, int value, unsigned long size) {
  Range<true>(to, size, RC_CALLER_CODE);
  return std::memset(to, value, size);
}
