// pthread_once (std::call_once) and the guards of function-local statics.
// Source: POSIX.1-2017, pthread_once; Itanium C++ ABI, 3.3.3, one-time construction.

#include <pthread.h>

#include "framework/execution/interruption.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/wait.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr int kOnceDone = 2;  // as glibc marks it, so that what ran before an execution counts

// Returns true if the current thread is to run the initialisation; false once it is done.
template <typename IsDone>
bool Begin(SyncObject& object, IsDone is_done) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  for (;;) {
    object.waiting.Add(slot);
    BeginWait(&object, kNever, false);
    if (object.owner == kNoThread) execution.enabled.Add(slot);
    const bool is_interrupted = ArriveInterruptibly(OperationKind::kOnce, object.address, false);
    object.waiting.Remove(slot);
    EndWait(slot);
    if (is_interrupted) {
      HandleInterruption(false);
      continue;
    }
    if (is_done()) {
      Acquire(self, object.clock);
      Performed(OperationKind::kOnce, &object, 0);
      return false;
    }
    if (object.owner != kNoThread) continue;
    object.owner = slot;
    object.owned_since = execution.step_count + 1;
    Acquire(self, object.clock);
    execution.enabled.RemoveAll(object.waiting);
    Performed(OperationKind::kOnce, &object, 1);
    return true;
  }
}

void End(SyncObject& object) {
  Execution& execution = TheExecution();
  Release(*execution.current, &object.clock);
  object.owner = kNoThread;
  execution.enabled.AddAll(object.waiting);
  NoteChange();
}

// True for memory of the program itself, false for a library's variables.
bool IsProgramMemory(const void* p) {
  const Execution& execution = TheExecution();
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  return (address >= execution.data_begin && address < execution.data_end) || execution.scenario_heap.Owns(p) ||
         execution.setup_heap.Owns(p) ||
         (address >= kPuppetAddress && address < kPuppetAddress + kMaxThreads * kPuppetRegionSize);
}

SyncObject& OnceObject(const void* p) {
  return TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(p), ObjectKind::kOnce);
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_once(pthread_once_t* once, void (*initialise)()) {
  if (!IsControlled()) return RC_REAL(pthread_once)(once, initialise);
  if (!IsProgramMemory(once) && *once == kOnceDone) return 0;
  SyncObject& object = OnceObject(once);
  if (!IsProgramMemory(once) && object.owner == kNoThread) {
    // A library's own set-up (libstdc++'s locales, say) is no scheduling point. What it calls may be one, so that
    // another thread can come while it runs: that one waits.
    object.owner = TheExecution().current->accessor.slot;
    object.owned_since = TheExecution().step_count;
    initialise();
    *once = kOnceDone;
    End(object);
    return 0;
  }
  if (*once == kOnceDone) {
    // It stays done: when this thread looks does not matter, only what it learns.
    Acquire(*TheExecution().current, object.clock);
    return 0;
  }
  if (!Begin(object, [once] { return *once == kOnceDone; })) return 0;
  try {
    initialise();
  } catch (...) {
    End(object);  // it counts as not run: the next caller tries again
    throw;
  }
  *once = kOnceDone;
  End(object);
  return 0;
}

// The first byte of a guard says whether the object exists; compilers test it before they call.
RC_INTERPOSE int __cxa_guard_acquire(unsigned long* guard) {
  auto* is_done = reinterpret_cast<unsigned char*>(guard);
  if (!IsControlled()) return *is_done == 0;  // one thread only, and recursion is undefined
  if (*is_done != 0) return 0;
  SyncObject& object = OnceObject(guard);
  if (!IsProgramMemory(guard) && object.owner == kNoThread) {
    // As for pthread_once: a library's own set-up is no scheduling point.
    object.owner = TheExecution().current->accessor.slot;
    object.owned_since = TheExecution().step_count;
    return 1;
  }
  return Begin(object, [is_done] { return *is_done != 0; });
}
RC_INTERPOSE void __cxa_guard_release(unsigned long* guard) noexcept {
  auto* is_done = reinterpret_cast<unsigned char*>(guard);
  *is_done = 1;
  if (!IsControlled()) return;
  // Who sees the byte set, by an acquire load, sees the object.
  Execution& execution = TheExecution();
  SyncObject& flag = execution.shadow.Object(reinterpret_cast<std::uintptr_t>(guard), ObjectKind::kAtomic);
  flag.size = 1;
  execution.races.AccessAtomic(execution.current->accessor, &flag, true);
  Release(*execution.current, &flag.clock);
  End(OnceObject(guard));
}
RC_INTERPOSE void __cxa_guard_abort(unsigned long* guard) noexcept {
  if (!IsControlled()) return;
  End(OnceObject(guard));
}
