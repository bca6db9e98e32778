#include "framework/execution/scheduler.h"

#include <cstring>

#include "framework/execution/context_switch.h"
#include "framework/execution/descriptor_wait.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/processes.h"
#include "framework/execution/puppet.h"
#include "framework/execution/recorder.h"
#include "framework/execution/system_call.h"
#include "framework/execution/timers.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

// Time slices of which nothing comes, after which the execution is too long to judge: a billion accesses.
constexpr std::uint32_t kQuietSlicesMax = 5000;
// More than the twenty or so operations of std::atomic::wait before it sleeps.
constexpr unsigned kRoundsRegardless = 32;

void SwitchContext(Execution& execution, void** saved_stack_pointer, void* stack_pointer, std::uint64_t fs_base) {
  if (execution.fsgsbase) {
    racecourse_switch_context(saved_stack_pointer, stack_pointer, fs_base);
  } else {
    racecourse_switch_context_by_system_call(saved_stack_pointer, stack_pointer, fs_base);
  }
}

// The next thread is in another process, or the processor needs the kernel for the switch.
__attribute__((noinline)) void SwitchSpecially(Execution& execution, void** saved_stack_pointer, Thread& next) {
  if (next.process != execution.this_process) {
    HandOverTo(next);
    Thread* current = execution.current;
    if (current == nullptr) {
      SwitchContext(execution, saved_stack_pointer, execution.engine_stack_pointer, execution.engine_fs_base);
      return;
    }
    // It is the turn of the thread whose stack this is.
    if (saved_stack_pointer == &current->stack_pointer) return;
    SwitchContext(execution, saved_stack_pointer, current->stack_pointer, current->fs_base);
    return;
  }
  SwitchContext(execution, saved_stack_pointer, next.stack_pointer, next.fs_base);
}

void SwitchTo(Execution& execution, void** saved_stack_pointer, Thread& next) {
  execution.current = &next;
  if (__builtin_expect(execution.switches_plainly, 1)) {
    racecourse_switch_context(saved_stack_pointer, next.stack_pointer, next.fs_base);
  } else {
    SwitchSpecially(execution, saved_stack_pointer, next);
  }
}

void Log(Execution& execution, std::uint32_t value, std::uint32_t default_value) {
  if (__builtin_expect(execution.choice_count >= SharedState::kMaxChoices, 0)) {
    ReportUncontrolled("the execution makes more choices than can be kept");
  }
  execution.choice_log[execution.choice_count] = {static_cast<std::uint8_t>(value),
                                                  static_cast<std::uint8_t>(default_value)};
  Shared().choice_count = ++execution.choice_count;
}

ThreadSlot PickAndLog(Execution& execution, const ChoiceOfThread& choice) {
  const ThreadSlot picked = execution.strategy->PickThread(choice);
  Log(execution, picked, choice.default_thread);
  if (choice.current != kNoThread && picked != choice.current) {
    ++execution.preemptions;
    execution.switched_by_choice = true;
  }
  if (!execution.enabled.Contains(picked)) WakeUnusually(execution, picked);
  return picked;
}

ThreadSlot Choose(Execution& execution, ThreadSlot current);

// Nobody can go on by itself: those that gave way go on, or time passes, or this is the end.
ThreadSlot ChooseWhenNobodyMoves(Execution& execution, ThreadSlot current) {
  // libc's own functions may have written to a pipe, or closed it, without our knowledge.
  if (RecheckWhenNobodyMoves()) return Choose(execution, kNoThread);
  ThreadSet waiting_for_time = WaitingForTime(execution);
  ThreadSet interruptible;
  if (__builtin_expect(execution.has_interruptions, 0)) interruptible = Interruptible(execution);
  waiting_for_time.AddAll(interruptible);
  ChoiceOfThread choice;
  choice.enabled = execution.enabled;  // all of them rest
  choice.enabled.AddAll(waiting_for_time);
  if (__builtin_expect(!execution.program_waiters.Empty(), 0) && LetProgramsMove(!choice.enabled.Empty())) {
    return Choose(execution, kNoThread);
  }
  if (choice.enabled.Empty()) return NextWhenStuck();
  ThreadSlot spinner = kNoThread;
  if (!interruptible.Empty()) {
    choice.default_thread = interruptible.First();
  } else if (waiting_for_time.Empty()) {
    choice.default_thread = choice.enabled.First();
  } else {
    choice.default_thread = EarliestDeadline(execution, waiting_for_time);
    if (!execution.enabled.Empty()) spinner = NextIdleThread(execution, current, choice.default_thread);
    if (spinner != kNoThread && MayIdleOn(execution)) choice.default_thread = spinner;
  }
  execution.resting.Clear();
  execution.spinning = false;
  choice.unusual.Clear();
  choice.pending = execution.pending;
  choice.current = kNoThread;
  if (choice.enabled.IsSingleton()) {
    if (!execution.enabled.Contains(choice.default_thread)) WakeUnusually(execution, choice.default_thread);
    return choice.default_thread;
  }
  const ThreadSlot before = choice.default_thread;
  const VirtualTime now = execution.now;
  const ThreadSlot picked = PickAndLog(execution, choice);
  if (execution.now > now) TimeHasPassed(execution, picked == before ? spinner : kNoThread, execution.now - now);
  return picked;
}

ThreadSlot Choose(Execution& execution, ThreadSlot current) {
  if (__builtin_expect(execution.is_fair, 0)) return ChooseFairly(execution, current);
  ChoiceOfThread choice;
  choice.enabled = execution.enabled;
  if (!execution.resting.Empty()) {
    // Who only yielded goes on once another thread took a step; who spins, once something changed.
    if (!execution.spinning && (current == kNoThread || !execution.resting.Contains(current))) {
      execution.resting.Clear();
    }
    choice.enabled.RemoveAll(execution.resting);
  }
  if (__builtin_expect(choice.enabled.Empty(), 0)) return ChooseWhenNobodyMoves(execution, current);
  if (__builtin_expect(execution.has_unusual, 0)) {
    choice.unusual = execution.sleeping;
    if (__builtin_expect(!execution.timers.servers.Empty(), 0)) {
      choice.unusual.RemoveAll(ServersThatWait(execution));
    }
    if (execution.timeouts_left > 0) choice.unusual.AddAll(execution.timed);
    if (execution.spurious_left > 0) choice.unusual.AddAll(execution.dozing);
    if (execution.has_interruptions) choice.unusual.AddAll(Interruptible(execution));
    if (choice.unusual.Empty() && choice.enabled.IsSingleton()) return choice.enabled.First();
  } else if (choice.enabled.IsSingleton()) {
    return choice.enabled.First();
  }
  choice.pending = execution.pending;
  choice.current = current != kNoThread && choice.enabled.Contains(current) ? current : kNoThread;
  choice.default_thread = choice.current != kNoThread ? choice.current : choice.enabled.First();
  return PickAndLog(execution, choice);
}

// Too many scheduling points for a strategy, or for anybody.
__attribute__((noinline)) void PassLimit(Execution& execution) {
  if (execution.second_look.is_on) return JudgeArrival(execution);
  if (!execution.is_fair) return BeginFairness(execution);
  if (execution.arrivals_limit < execution.steps_max && !MayBeEndless(execution)) {
    execution.arrivals_limit = execution.steps_max;
    return;
  }
  AbandonEndlessExecution(execution);
}

// The rest of Arrive in an execution of which everything is kept.
__attribute__((noinline)) void ArriveRecorded(Execution& execution, Thread& self, OperationKind kind) {
  const ThreadSlot slot = self.accessor.slot;
  CompletePlainWrite();
  CaptureStack(&execution.pending_stacks[slot]);
  const ThreadSlot next = Choose(execution, slot);
  if (next != slot) SwitchTo(execution, &self.stack_pointer, execution.threads[next]);
  RecordArrival(kind);
  execution.access_budget = execution.access_budget_full;
  execution.slice_left = kTimeSliceAccesses;
  if (__builtin_expect(execution.has_interruptions, 0)) DeliverAtSchedulingPoint();
}

void MixEvent(Execution& execution, std::uint64_t event) {
  execution.event_hash = (execution.event_hash ^ event) * 0x9e3779b97f4a7c15u;
  execution.event_hash ^= execution.event_hash >> 29;
}

}  // namespace

void WakeUnusually(Execution& execution, ThreadSlot slot) {
  Thread& thread = execution.threads[slot];
  if (__builtin_expect(execution.has_interruptions, 0) && IsInterruptible(execution, slot)) {
    EndWait(slot);
    thread.wake_reason = WakeReason::kInterrupted;
    return;
  }
  const bool is_timed = execution.timed.Contains(slot);
  const bool is_sleeping = execution.sleeping.Contains(slot);
  WakeReason reason = WakeReason::kTimeout;
  if (!is_timed && !is_sleeping) {
    reason = WakeReason::kSpurious;
  } else if (is_timed && execution.dozing.Contains(slot) && execution.spurious_left > 0 && ChooseOutcome(2) == 1) {
    reason = WakeReason::kSpurious;
  }
  if (reason == WakeReason::kSpurious) {
    if (execution.spurious_left > 0) --execution.spurious_left;
    // Some of the time it was asked to wait has passed, and not all of it.
    if (is_timed && thread.deadline > execution.now) execution.now += (thread.deadline - execution.now) / 2;
  } else {
    if (is_timed && execution.timeouts_left > 0) --execution.timeouts_left;
    if (thread.deadline != kNever && thread.deadline > execution.now) execution.now = thread.deadline;
  }
  thread.wake_reason = reason;
  EndWait(slot);
}

ThreadSlot EarliestDeadline(const Execution& execution, const ThreadSet& set) {
  ThreadSlot best = kNoThread;
  set.ForEach([&](ThreadSlot slot) {
    if (best == kNoThread || execution.threads[slot].deadline < execution.threads[best].deadline) best = slot;
  });
  return best;
}

void Arrive(OperationKind kind, std::uint64_t object) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  execution.pending[slot] = {kind, object};
  if (__builtin_expect(++execution.arrivals > execution.arrivals_limit, 0)) PassLimit(execution);
  if (__builtin_expect(execution.records, 0)) return ArriveRecorded(execution, self, kind);
  const ThreadSlot next = Choose(execution, slot);
  if (next != slot) SwitchTo(execution, &self.stack_pointer, execution.threads[next]);
  execution.access_budget = execution.access_budget_full;
  execution.slice_left = kTimeSliceAccesses;
  if (__builtin_expect(execution.has_interruptions, 0)) DeliverAtSchedulingPoint();
}

void ArriveResting(OperationKind kind, std::uint64_t object) {
  Execution& execution = TheExecution();
  execution.resting.Add(execution.current->accessor.slot);
  Arrive(kind, object);
}

void ArriveAfterTimeSlice() {
  Execution& execution = TheExecution();
  if (execution.watches_slice) {
    StopWatchingSlice(execution);
  } else {
    const std::uint32_t slices = ++execution.quiet_slices;
    if (slices > execution.most_quiet_slices) execution.most_quiet_slices = slices;
    if (slices == kQuietSlicesMax || (slices == kEndlessSlices && MayBeEndless(execution))) {
      AbandonEndlessExecution(execution);
    }
    // Less and less often: to look costs more than to run.
    if ((slices & (slices - 1)) == 0) return WatchSlice(execution);
  }
  ArriveResting(OperationKind::kTimeSlice, 0);
}

bool GoesOnRegardless() {
  Execution& execution = TheExecution();
  if (execution.is_fair) return true;
  Thread& self = *execution.current;
  if (self.rounds_left > 0) {
    --self.rounds_left;
    return true;
  }
  if (execution.persistence_left == 0) return false;
  ThreadSet others = execution.enabled;
  others.RemoveAll(execution.resting);
  others.Remove(self.accessor.slot);
  if (others.Empty()) return false;  // nobody to give way to
  --execution.persistence_left;
  if (ChooseOutcome(2) == 0) return false;
  self.rounds_left = kRoundsRegardless;
  return true;
}

void Performed(OperationKind kind, const SyncObject* object, std::uint32_t outcome) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  ++execution.step_count;
  if (IsWriteLike(kind)) self.last_own_step = execution.step_count;
  const std::uint64_t id = object != nullptr ? object->id : 0;
  MixEvent(execution,
           self.accessor.slot | static_cast<std::uint64_t>(kind) << 8 | id << 16 | std::uint64_t{outcome} << 40);
  if (__builtin_expect(execution.records, 0)) RecordStep(kind, object, outcome);
  execution.switched_by_choice = false;
}

void PerformedOnThread(OperationKind kind, const Thread& thread) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  ++execution.step_count;
  self.last_own_step = execution.step_count;
  MixEvent(execution, self.accessor.slot | static_cast<std::uint64_t>(kind) << 8 | std::uint64_t{thread.id} << 16);
  if (__builtin_expect(execution.records, 0)) RecordThreadStep(kind, thread);
  execution.switched_by_choice = false;
}

std::uint32_t ChooseOutcome(std::uint32_t count) {
  if (count <= 1) return 0;
  if (count > 255) count = 255;
  Execution& execution = TheExecution();
  if (execution.is_fair) {
    execution.progress.chose_outcomes = true;
    return execution.progress.random.Below(count);
  }
  const std::uint32_t picked = execution.strategy->PickOutcome(count);
  Log(execution, picked, 0);
  return picked;
}

bool PickFault() {
  Execution& execution = TheExecution();
  const bool fails = execution.strategy->PickFault();
  Log(execution, fails ? 1 : 0, 0);
  return fails;
}

void LeaveThread() {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  execution.enabled.Remove(self.accessor.slot);
  execution.resting.Remove(self.accessor.slot);
  self.state = self.is_detached ? Thread::State::kFree : Thread::State::kFinished;
  --execution.live_threads;
  if (__builtin_expect(execution.has_processes, 0)) LeaveThreadOfProcess(self);
  if (execution.live_threads == 0) {
    execution.has_returned = true;
    EndExecution();
  }
  GoOnWithAnother(self);
}

void GoOnWithAnother(Thread& self) {
  Execution& execution = TheExecution();
  const ThreadSlot next = Choose(execution, kNoThread);
  SwitchTo(execution, &self.stack_pointer, execution.threads[next]);
  __builtin_unreachable();
}

ThreadSlot ChooseNext() { return Choose(TheExecution(), kNoThread); }

void EndExecution() {
  Execution& execution = TheExecution();
  if (__builtin_expect(execution.second_look.is_on, 0)) LeaveLook(execution);
  // Nobody continues there, but what lies above is still the thread's.
  void* nowhere;
  void** abandoned = execution.current != nullptr ? &execution.current->stack_pointer : &nowhere;
  execution.current = nullptr;
  if (execution.this_process != kRootProcess) {
    // The engine is in the first process, which ends this one.
    PassTurn(kRootProcess);
    for (;;) SystemCall(SYS_pause);
  }
  SwitchContext(execution, abandoned, execution.engine_stack_pointer, execution.engine_fs_base);
  __builtin_unreachable();
}

void StartThread(ThreadSlot slot) {
  Execution& execution = TheExecution();
  PreparePuppet(slot);
  execution.threads[slot].state = Thread::State::kLive;
  execution.pending[slot] = {OperationKind::kThreadStart, 0};
  execution.enabled.Add(slot);
  ++execution.live_threads;
  execution.strategy->ThreadStarted(slot);
}

void RunThread(Thread& thread) {
  void* nowhere;
  SwitchTo(TheExecution(), &nowhere, thread);
  __builtin_unreachable();
}

void RunExecution() {
  Execution& execution = TheExecution();
  SwitchTo(execution, &execution.engine_stack_pointer, execution.threads[0]);
}

}  // namespace racecourse
