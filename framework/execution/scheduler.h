// Who moves next. Program code announces every visible operation here before it performs it.
//
//   Arrive(kind, object)      a scheduling point: returns when the current thread is to perform the operation.
//   Performed(kind, object)   the operation took place: it becomes an event.
//
// A thread is *enabled* when its pending operation can be performed now. The model decides that: an operation that must
// wait removes its thread from Execution::enabled before it arrives, and the operation that ends the wait adds it
// again. Threads: program code only, that is the one running thread.
#ifndef RACECOURSE_EXECUTION_SCHEDULER_H_
#define RACECOURSE_EXECUTION_SCHEDULER_H_

#include "framework/execution/execution.h"

namespace racecourse {

// The current thread is about to perform `kind` on `object` (0: on nothing that another thread can share).
// Returns when it is its turn.
void Arrive(OperationKind kind, std::uint64_t object);

// As Arrive, for a thread that gives way: any other enabled thread goes first.
void ArriveResting(OperationKind kind, std::uint64_t object);
// The same for one that did nothing but touch its memory for a whole time slice. Now and then the next slice is
// watched: see progress.h.
void ArriveAfterTimeSlice();

// The current thread yields, or loops without effect, and ought to give way. True if it goes on all the same: a choice
// that an execution has a few times, so that a loop which gives up after some rounds is followed to its end also while
// the others stand still. std::atomic::wait is one: it spins sixteen rounds before it sleeps.
bool GoesOnRegardless();

// The same for a thread that cannot go on: it is not in `enabled`.
inline void Wait(OperationKind kind, std::uint64_t object) { Arrive(kind, object); }

// Notes the event. `outcome` tells executions apart in the event hash and must not contain addresses.
void Performed(OperationKind kind, const SyncObject* object, std::uint32_t outcome = 0);
// For events on a thread.
void PerformedOnThread(OperationKind kind, const Thread& thread);

// Something other threads can see has changed: spinning threads may look again.
inline void NoteChange() {
  Execution& execution = TheExecution();
  execution.quiet_slices = 0;
  if (__builtin_expect(execution.spinning, 0)) {
    execution.spinning = false;
    execution.resting.Clear();
  }
}

// One of `count` legal outcomes of the current operation, 0 being the default.   REQUIRES: count > 0.
std::uint32_t ChooseOutcome(std::uint32_t count);

// True if the current operation is to fail by a fault: see faults.h, which counts them.
bool PickFault();

// A signal may be delivered to the current thread. Called at scheduling points of executions that have signals.
void DeliverAtSchedulingPoint();
// A thread that waits could be woken by a signal or a cancellation.
bool IsInterruptible(const Execution& execution, ThreadSlot slot);
ThreadSet Interruptible(const Execution& execution);

// The current thread ends; another goes on.
[[noreturn]] void LeaveThread();

// The current thread is gone, and is not enabled: another one goes on.
[[noreturn]] void GoOnWithAnother(Thread& self);
// Who goes on when no thread is running.
ThreadSlot ChooseNext();

// Ends the execution: the explorer goes on after its call of RunExecution. Nothing of the program is unwound.
[[noreturn]] void EndExecution();

// Of a non-empty set of threads that wait for time: the one whose time comes first.
ThreadSlot EarliestDeadline(const Execution& execution, const ThreadSet& set);
// The waiting thread `slot` goes on although nobody granted what it waits for: its time is up, or for no reason.
void WakeUnusually(Execution& execution, ThreadSlot slot);

// Runs one execution: `body(argument)` on thread 0 until nothing is left to run or the execution is ended.
void RunExecution();
// Leaves what runs, for good, and goes on with a thread of this process.
[[noreturn]] void RunThread(Thread& thread);

// Makes `slot` runnable for the first time.
void StartThread(ThreadSlot slot);

// The thread's own clock moves on: later operations are not known to those who learned of the earlier ones.
inline void Release(Thread& thread, SyncClock* clock) {
  Execution& execution = TheExecution();
  clock->Assign(thread.accessor.clock, execution.slots_in_use, &execution.arena, thread.accessor.slot);
  thread.accessor.Tick();
}
// As Release, adding to what the clock already tells.
inline void ReleaseJoin(Thread& thread, SyncClock* clock) {
  Execution& execution = TheExecution();
  clock->Join(thread.accessor.clock, execution.slots_in_use, &execution.arena, thread.accessor.slot);
  thread.accessor.Tick();
}
inline void Acquire(Thread& thread, const SyncClock& clock) { clock.JoinInto(&thread.accessor.clock); }

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SCHEDULER_H_
