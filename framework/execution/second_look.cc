#include "framework/execution/second_look.h"

#include "framework/execution/finding_builder.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

// More than any condition needs that does not wait for something itself.
constexpr std::uint32_t kArrivalsMax = 1000;

// Operations with which a thread can look at its condition, and take the mutex for it. To give the mutex back, other
// than by waiting again, is to go on.
bool IsLooking(OperationKind kind) {
  return kind == OperationKind::kMutexLock || kind == OperationKind::kAtomicLoad || kind == OperationKind::kFence ||
         kind == OperationKind::kYield || kind == OperationKind::kTimeSlice;
}

bool IsWaitFor(const PendingOperation& pending, const SyncObject& object) {
  if (pending.object != object.address) return false;
  return pending.kind == OperationKind::kConditionWait || pending.kind == OperationKind::kFutexWait;
}

}  // namespace

void BeginLook(Execution& execution, ThreadSlot slot) {
  SecondLook& look = execution.second_look;
  Thread& thread = execution.threads[slot];
  look.is_on = true;
  look.have_looked.Add(slot);
  look.step_count = execution.step_count;
  look.event_hash = execution.event_hash;
  look.step_record_count = Shared().step_record_count;
  look.looker = slot;
  look.object = thread.waits_for;
  look.waits_since = thread.waits_since;
  look.stack = execution.pending_stacks[slot];
  look.pending = execution.pending[slot];
  look.arrivals = 0;
  // From here on nothing is a choice, and each scheduling point comes to JudgeArrival.
  execution.is_fair = true;
  execution.progress.random.Seed(execution.event_hash);
  execution.arrivals_limit = 0;
  thread.wake_reason = WakeReason::kSpurious;
  EndWait(slot);
}

void EndLook(Execution& execution) {
  SecondLook& look = execution.second_look;
  Thread& thread = execution.threads[look.looker];
  look.is_on = false;
  if (thread.waits_for == look.object && !execution.enabled.Contains(look.looker)) {
    look.found_false.Add(look.looker);
  } else {
    execution.enabled.Remove(look.looker);
    look.object->waiting.Add(look.looker);
    thread.waits_for = look.object;
    execution.pending[look.looker] = look.pending;
    execution.pending_stacks[look.looker] = look.stack;
    if (look.object->kind == ObjectKind::kCondition) {
      SyncObject& mutex = execution.shadow.ObjectById(look.object->limit);
      mutex.waiting.Remove(look.looker);
      if (mutex.owner == look.looker) mutex.owner = kNoThread;
    }
  }
  thread.waits_since = look.waits_since;
  execution.step_count = look.step_count;
  execution.event_hash = look.event_hash;
  Shared().step_record_count = look.step_record_count;
}

void LeaveLook(Execution& execution) {
  EndLook(execution);
  execution.current = nullptr;  // nobody runs
  ReportStuck();
}

void JudgeArrival(Execution& execution) {
  SecondLook& look = execution.second_look;
  const PendingOperation& pending = execution.pending[execution.current->accessor.slot];
  if (IsWaitFor(pending, *look.object)) return;
  if (IsLooking(pending.kind) && ++look.arrivals < kArrivalsMax) return;
  LeaveLook(execution);
}

}  // namespace racecourse
