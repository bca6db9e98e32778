// __tsan_atomic*: every atomic operation of instrumented code, 1 to 16 bytes, and fences.
// Source of the names and of the order constants: LLVM, compiler-rt/include/sanitizer/tsan_interface_atomic.h.
//
// Values are sequentially consistent: one thread runs at a time, and a load reads the last store. What the memory
// orders *promise* is taken at their word: only acquire and release order plain accesses. Source: C++20 [intro.races],
// [atomics.order], [atomics.fences].

#include <cstring>

#include "framework/execution/dead_stack.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

enum Order : int { kRelaxed, kConsume, kAcquire, kRelease, kAcquireRelease, kSequentiallyConsistent };

bool IsAcquire(int order) { return order != kRelaxed && order != kRelease; }
bool IsRelease(int order) { return order >= kRelease; }

void NoteFruitless(Execution& execution, Thread& self, std::uint64_t code, std::uintptr_t address,
                   std::uint64_t value) {
  const std::uint64_t key = MixSeed(code ^ address << 20 ^ value * 0x9e3779b97f4a7c15u) | 1;
  bool is_known = false;
  for (const std::uint64_t read : self.recent_reads) is_known |= read == key;
  if (!is_known) {
    self.recent_reads[self.recent_next++ % Thread::kRecentReads] = key;
    self.fruitless_operations = 0;
    return;
  }
  if (++self.fruitless_operations >= Thread::kFruitlessBeforeRest && !GoesOnRegardless()) {
    execution.resting.Add(self.accessor.slot);
    execution.spinning = true;
  }
}

template <typename T>
std::uint64_t AsNumber(T value) {
  return static_cast<std::uint64_t>(value);
}

// What the hash may know of a value: wider ones may be addresses.
template <typename T>
std::uint32_t HashedValue(T value) {
  return sizeof(T) <= 4 ? static_cast<std::uint32_t>(value) & 0xffffff : 0;
}

template <typename T>
SyncObject& Begin(Execution& execution, OperationKind kind, volatile T* p) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  Arrive(kind, address);
  SyncObject& object = execution.shadow.Object(address, ObjectKind::kAtomic);
  object.size = sizeof(T);
  return object;
}

// After the thread has acquired: what the store it reads from released happens before the access itself.
void CheckAccess(Execution& execution, Thread& self, SyncObject& object, bool is_write, std::uint64_t code) {
  if (IsOfAnotherThread(object.address, self.accessor.slot)) {
    CheckForeignAccess(object.address, object.size, is_write, true);
  }
  const Conflict conflict = execution.races.AccessAtomic(self.accessor, &object, is_write);
  if (__builtin_expect(conflict.kind == Conflict::Kind::kNone, 1)) return;
  if (conflict.kind == Conflict::Kind::kRace && !execution.detects_races) return;
  ReportConflict(conflict, object.address, object.size, is_write, true, code);
}

void AcquireFrom(Execution& execution, Thread& self, SyncObject& object, int order) {
  if (object.clock.IsEmpty()) return;
  if (IsAcquire(order)) {
    Acquire(self, object.clock);
  } else {
    self.acquire_pending.Join(object.clock, &execution.arena);
    self.has_acquire_pending = true;
  }
}

// A store heads a new release sequence, or none; a read-modify-write continues the one it reads from.
void ReleaseTo(Execution& execution, Thread& self, SyncObject& object, int order, bool continues) {
  if (IsRelease(order)) {
    continues ? ReleaseJoin(self, &object.clock) : Release(self, &object.clock);
  } else if (self.has_release_fence) {
    continues ? object.clock.Join(self.release_fence, &execution.arena)
              : object.clock.Assign(self.release_fence, &execution.arena);
  } else if (!continues) {
    object.clock.Clear();
  }
}

template <typename T>
T Load(const volatile T* p, int order, std::uint64_t code) {
  Execution& execution = TheExecution();
  if (execution.current == nullptr) return *p;
  SyncObject& object = Begin(execution, OperationKind::kAtomicLoad, const_cast<volatile T*>(p));
  Thread& self = *execution.current;
  AcquireFrom(execution, self, object, order);
  CheckAccess(execution, self, object, false, code);
  const T value = *p;
  if (execution.records) NoteValue(AsNumber(value), 0, sizeof(T), false);
  Performed(OperationKind::kAtomicLoad, &object, HashedValue(value));
  NoteFruitless(execution, self, code, object.address, AsNumber(value));
  return value;
}

template <typename T>
void Store(volatile T* p, T value, int order, std::uint64_t code) {
  Execution& execution = TheExecution();
  if (execution.current == nullptr) {
    *p = value;
    return;
  }
  SyncObject& object = Begin(execution, OperationKind::kAtomicStore, p);
  Thread& self = *execution.current;
  CheckAccess(execution, self, object, true, code);
  const T before = *p;
  *p = value;
  ReleaseTo(execution, self, object, order, false);
  if (execution.records) NoteValue(AsNumber(before), AsNumber(value), sizeof(T), true);
  Performed(OperationKind::kAtomicStore, &object, HashedValue(value));
  if (before != value) {
    self.fruitless_operations = 0;
    NoteChange();
  } else {
    NoteFruitless(execution, self, code, object.address, AsNumber(value));
  }
}

template <typename T, typename Change>
T Update(volatile T* p, int order, std::uint64_t code, Change change) {
  Execution& execution = TheExecution();
  if (execution.current == nullptr) {
    const T before = *p;
    *p = change(before);
    return before;
  }
  SyncObject& object = Begin(execution, OperationKind::kAtomicReadModifyWrite, p);
  Thread& self = *execution.current;
  AcquireFrom(execution, self, object, order);
  CheckAccess(execution, self, object, true, code);
  const T before = *p;
  const T after = change(before);
  *p = after;
  ReleaseTo(execution, self, object, order, true);
  if (execution.records) NoteValue(AsNumber(before), AsNumber(after), sizeof(T), true);
  Performed(OperationKind::kAtomicReadModifyWrite, &object, HashedValue(after));
  if (before != after) {
    self.fruitless_operations = 0;
    NoteChange();
  } else {
    NoteFruitless(execution, self, code, object.address, AsNumber(before));
  }
  return before;
}

// Returns the value before; the exchange took place if it equals `expected`.
template <typename T>
T CompareExchange(volatile T* p, T expected, T desired, int order, int failure_order, std::uint64_t code) {
  Execution& execution = TheExecution();
  if (execution.current == nullptr) {
    const T before = *p;
    if (before == expected) *p = desired;
    return before;
  }
  // Whether it writes is known only when it is performed; a failed one is a load.
  SyncObject& object = Begin(execution, OperationKind::kAtomicCompareExchange, p);
  Thread& self = *execution.current;
  const T before = *p;
  const bool succeeds = before == expected;
  AcquireFrom(execution, self, object, succeeds ? order : failure_order);
  CheckAccess(execution, self, object, succeeds, code);
  if (succeeds) {
    *p = desired;
    ReleaseTo(execution, self, object, order, true);
  }
  if (execution.records) {
    NoteOutcome(succeeds ? "succeeds" : "fails");
    NoteValue(AsNumber(before), AsNumber(desired), sizeof(T), succeeds);
  }
  Performed(OperationKind::kAtomicCompareExchange, &object, HashedValue(before) << 1 | (succeeds ? 1 : 0));
  if (succeeds && before != desired) {
    self.fruitless_operations = 0;
    NoteChange();
  } else {
    NoteFruitless(execution, self, code, object.address, AsNumber(before));
  }
  return before;
}

void Fence(int order) {
  Execution& execution = TheExecution();
  if (execution.current == nullptr || order == kRelaxed) return;
  Arrive(OperationKind::kFence, 0);
  Thread& self = *execution.current;
  if (IsAcquire(order) && self.has_acquire_pending) Acquire(self, self.acquire_pending);
  if (IsRelease(order)) {
    Release(self, &self.release_fence);
    self.has_release_fence = true;
  }
  Performed(OperationKind::kFence, nullptr, static_cast<std::uint32_t>(order));
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

#define RC_CODE (reinterpret_cast<std::uint64_t>(__builtin_return_address(0)) - 1)
#define RC_UPDATE(bits, T, name, expression)                                                        \
  RC_INTERPOSE T __tsan_atomic##bits##_##name(volatile T* p, T v, int order) {                      \
    return Update<T>(p, order, RC_CODE, [v](T before) -> T { return static_cast<T>(expression); }); \
  }
#define RC_COMPARE(bits, T, strength)                                                                                  \
  RC_INTERPOSE int __tsan_atomic##bits##_compare_exchange_##strength(volatile T* p, T* expected, T desired, int order, \
                                                                     int failure_order) {                              \
    const T before = CompareExchange<T>(p, *expected, desired, order, failure_order, RC_CODE);                         \
    if (before == *expected) return 1;                                                                                 \
    *expected = before;                                                                                                \
    return 0;                                                                                                          \
  }
#define RC_ATOMICS(bits, T)                                                                                        \
  RC_INTERPOSE T __tsan_atomic##bits##_load(const volatile T* p, int order) { return Load<T>(p, order, RC_CODE); } \
  RC_INTERPOSE void __tsan_atomic##bits##_store(volatile T* p, T v, int order) { Store<T>(p, v, order, RC_CODE); } \
  RC_UPDATE(bits, T, exchange, ((void)before, v))                                                                  \
  RC_UPDATE(bits, T, fetch_add, before + v)                                                                        \
  RC_UPDATE(bits, T, fetch_sub, before - v)                                                                        \
  RC_UPDATE(bits, T, fetch_and, before& v)                                                                         \
  RC_UPDATE(bits, T, fetch_or, before | v)                                                                         \
  RC_UPDATE(bits, T, fetch_xor, before ^ v)                                                                        \
  RC_UPDATE(bits, T, fetch_nand, ~(before & v))                                                                    \
  RC_COMPARE(bits, T, strong)                                                                                      \
  RC_COMPARE(bits, T, weak)                                                                                        \
  RC_INTERPOSE T __tsan_atomic##bits##_compare_exchange_val(volatile T* p, T expected, T desired, int order,       \
                                                            int failure_order) {                                   \
    return CompareExchange<T>(p, expected, desired, order, failure_order, RC_CODE);                                \
  }

RC_ATOMICS(8, unsigned char)
RC_ATOMICS(16, unsigned short)
RC_ATOMICS(32, unsigned int)
RC_ATOMICS(64, unsigned long)
RC_ATOMICS(128, unsigned __int128)

RC_INTERPOSE void __tsan_atomic_thread_fence(int order) { Fence(order); }
RC_INTERPOSE void __tsan_atomic_signal_fence(int) {}
