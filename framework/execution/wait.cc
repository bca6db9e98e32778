#include "framework/execution/wait.h"

#include "framework/execution/faults.h"

namespace racecourse {
namespace {

void UpdateUnusual(Execution& execution) {
  execution.has_unusual = execution.has_interruptions ||
                          !(execution.sleeping.Empty() && execution.timed.Empty() && execution.dozing.Empty());
}

}  // namespace

void BeginWait(SyncObject* object, VirtualTime deadline, bool may_doze) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  // A process may die while it waits.
  if (__builtin_expect(execution.has_interruptions, 0)) ActOnProcessFaults();
  execution.enabled.Remove(slot);
  self.waits_for = object;
  self.waits_since = execution.step_count;
  self.deadline = deadline;
  self.wake_reason = WakeReason::kGranted;
  if (deadline != kNever) (object != nullptr ? execution.timed : execution.sleeping).Add(slot);
  if (may_doze) execution.dozing.Add(slot);
  UpdateUnusual(execution);
}

void EndWait(ThreadSlot slot) {
  Execution& execution = TheExecution();
  Thread& thread = execution.threads[slot];
  execution.enabled.Add(slot);
  execution.timed.Remove(slot);
  execution.sleeping.Remove(slot);
  execution.dozing.Remove(slot);
  thread.waits_for = nullptr;
  thread.deadline = kNever;
  UpdateUnusual(execution);
}

bool IsWaiting(ThreadSlot slot) {
  const Execution& execution = TheExecution();
  const Thread& thread = execution.threads[slot];
  if (thread.state != Thread::State::kLive) return false;
  return !execution.enabled.Contains(slot) || execution.resting.Contains(slot) ||
         thread.fruitless_operations >= Thread::kFruitlessBeforeRest;
}

}  // namespace racecourse
