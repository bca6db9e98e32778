// Nobody can move: who waits for whom, and is a notification to blame?

#include "framework/execution/descriptor_wait.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/names.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

bool IsNotifiable(const SyncObject& object) {
  return object.kind == ObjectKind::kCondition || object.kind == ObjectKind::kFutex;
}

// The thread that could end the wait of `slot`, kNoThread if it is no particular one.
ThreadSlot HolderFor(const Execution& execution, ThreadSlot slot) {
  const Thread& thread = execution.threads[slot];
  if (thread.waits_for_thread != kNoThread) return thread.waits_for_thread;
  if (thread.waits_for == nullptr) return kNoThread;
  if (thread.waits_for->owner != kNoThread) return thread.waits_for->owner;
  return thread.waits_for->holders.Empty() ? kNoThread : thread.waits_for->holders.First();
}

// A cycle in the wait-for graph that can be reached from `slot`: returns one of its members, kNoThread if there is
// none.
ThreadSlot FindCycle(const Execution& execution, ThreadSlot slot) {
  ThreadSet seen;
  while (slot != kNoThread && execution.threads[slot].state == Thread::State::kLive) {
    if (seen.Contains(slot)) return slot;
    seen.Add(slot);
    slot = HolderFor(execution, slot);
  }
  return kNoThread;
}

void DescribeLock(FindingBuilder& builder, const Execution& execution, const Thread& thread) {
  Text& message = builder.Message();
  WriteThreadName(message, thread);
  if (thread.waits_for_thread != kNoThread) {
    message << " waits for the end of ";
    WriteThreadName(message, execution.threads[thread.waits_for_thread]);
  } else {
    const SyncObject& object = *thread.waits_for;
    message << " waits for ";
    WriteObjectName(message, object);
    const ThreadSlot holder = HolderFor(execution, thread.accessor.slot);
    if (holder == thread.accessor.slot) {
      message << ", which it holds itself";
    } else if (holder != kNoThread) {
      message << ", held by ";
      WriteThreadName(message, execution.threads[holder]);
      if (execution.threads[holder].state != Thread::State::kLive) message << ", which has ended without unlocking it";
    }
  }
}

void AddLockStacks(FindingBuilder& builder, const Execution& execution, const Thread& thread) {
  {
    Text role = builder.AddStackOf(thread);
    if (thread.waits_for_thread != kNoThread) {
      role << "waits here for the end of ";
      WriteThreadName(role, execution.threads[thread.waits_for_thread]);
    } else {
      role << "waits here for ";
      WriteObjectName(role, *thread.waits_for);
    }
  }
  if (thread.waits_for_thread != kNoThread || thread.waits_for->owner == kNoThread) return;
  char unused[1];
  Text role(unused);
  if (builder.AddStackOfStep(FindStep(thread.waits_for->owned_since), &role)) {
    role << "took ";
    WriteObjectName(role, *thread.waits_for);
    role << " here";
  }
}

[[noreturn]] void ReportCycle(const Execution& execution, ThreadSlot member) {
  FindingBuilder builder(FindingKind::kDeadlock);
  ThreadSlot slot = member;
  bool first = true;
  do {
    if (!first) builder.Message() << "; ";
    first = false;
    DescribeLock(builder, execution, execution.threads[slot]);
    slot = HolderFor(execution, slot);
  } while (slot != member);
  builder.Message() << ": none of them can ever go on.";
  do {
    AddLockStacks(builder, execution, execution.threads[slot]);
    slot = HolderFor(execution, slot);
  } while (slot != member);
  builder.Report();
}

// How a notification was missed by a waiting thread.
enum class Missed { kNot, kCameBefore, kWokeAnother, kCameTooEarly };

// The step of the last notification that found nobody waiting, 0 if there is none. Nobody means to notify himself.
Step LostNotifyFor(const Thread& thread) {
  const SyncObject& object = *thread.waits_for;
  return object.lost_notifier == thread.accessor.slot ? object.other_lost_notify : object.last_lost_notify;
}

// A lost wake-up is one that came before the wait, or to somebody else, while the condition that the thread waits for
// does hold. If that does not hold it has missed nothing, whatever was notified.
Missed HowMissed(const Thread& thread) {
  const SyncObject& object = *thread.waits_for;
  if (TheExecution().second_look.found_false.Contains(thread.accessor.slot)) return Missed::kNot;
  if (object.last_notify == 0) return Missed::kNot;
  if (object.last_notify > thread.waits_since) return Missed::kWokeAnother;
  // Woken, and straight back to sleep: it found its condition still false.
  if (thread.slept_again) return Missed::kCameTooEarly;
  // A wait on an atomic looks at its value again in the same step: no notification can come in between.
  const Step lost_notify = LostNotifyFor(thread);
  if (object.kind != ObjectKind::kCondition || lost_notify == 0) return Missed::kNot;
  // It was woken later than that, and has looked at its condition since: what it waits for now is another event.
  if (thread.last_woken_by == &object && thread.last_woken_at > lost_notify) return Missed::kNot;
  return Missed::kCameBefore;
}

bool IsBlocked(const Execution& execution, const Thread& thread) {
  const ThreadSlot slot = thread.accessor.slot;
  return thread.state == Thread::State::kLive && !execution.enabled.Contains(slot) &&
         !execution.timers.servers.Contains(slot);
}

// Who waits for bytes, for a child, or for anything in another process: all that wait are told of.
[[noreturn]] void ReportWaits(FindingKind kind, const Thread& first) {
  const Execution& execution = TheExecution();
  FindingBuilder builder(kind);
  Text& message = builder.Message();
  const auto describe = [&](const Thread& thread) {
    WriteThreadName(message, thread);
    message << " waits for ";
    DescribeWait(message, thread);
    {
      Text role = builder.AddStackOf(thread);
      role << "waits here for ";
      DescribeWait(role, thread);
    }
    if (WaitsForDescriptors(thread)) AddOtherEnds(builder, thread);
  };
  describe(first);
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (!IsBlocked(execution, thread) || &thread == &first) continue;
    message << "; ";
    describe(thread);
  }
  message << ". Nobody is left that could change this.";
  builder.Report();
}

// Reports the first thread that waits for nothing but a signal, if there is one. A signal that was handled before the
// wait began is the one that it missed.
void ReportAwaitedSignal(const Execution& execution) {
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.state != Thread::State::kLive || !thread.awaits_signal) continue;
    const bool is_lost = thread.last_handled != 0;
    FindingBuilder builder(is_lost ? FindingKind::kLostWakeup : FindingKind::kDeadlock);
    WriteThreadName(builder.Message(), thread);
    builder.Message() << " waits for a signal, ";
    if (is_lost) {
      builder.Message() << "but its handler ran at step " << thread.last_handled
                        << " already, before the wait began, and no other follows.";
    } else {
      builder.Message() << "and no thread is left that could send one.";
    }
    builder.AddStackOf(thread) << "waits here";
    char unused[1];
    Text role(unused);
    if (is_lost && builder.AddStackOfStep(FindStep(thread.last_handled), &role)) role << "the signal came here";
    builder.Report();
  }
}

// Threads of several processes, or that wait for something outside their own.
void ReportStuckProcesses() {
  Execution& execution = TheExecution();
  const Thread* first = nullptr;
  bool crosses = false;
  bool root_lives = false;
  ProcessIndex expert = kNoProcess;  // a process with threads that wait for what only it can look at
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (!IsBlocked(execution, thread)) continue;
    const bool waits_outside = WaitsForDescriptors(thread) || execution.child_waiters.Contains(slot) ||
                               WaitsInProgram(thread);
    crosses |= waits_outside || thread.process != execution.this_process;
    root_lives |= thread.process == kRootProcess;
    if (first == nullptr || (WaitsForDescriptors(thread) && !WaitsForDescriptors(*first))) first = &thread;
    if (!waits_outside && thread.waits_for != nullptr && !IsSharedObject(thread.waits_for) &&
        expert != execution.this_process)
      expert = thread.process;
  }
  if (!crosses || first == nullptr) return;
  if (expert != kNoProcess && expert != execution.this_process && !execution.reports_stuck) {
    execution.reports_stuck = true;
    PassTurn(expert);
    for (;;) SystemCall(SYS_pause);
  }
  ReportWaits(root_lives ? FindingKind::kDeadlock : FindingKind::kOrphanProcess, *first);
}

// The thread that waits for a notification, and may have missed it, and has not looked again; kNoThread if there is
// none, or if it is known already that one would go on.
ThreadSlot NextToLook(const Execution& execution) {
  if (execution.has_processes || execution.threads[0].state != Thread::State::kLive) return kNoThread;
  const SecondLook& look = execution.second_look;
  ThreadSlot next = kNoThread;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    if (FindCycle(execution, slot) != kNoThread) return kNoThread;
    const Thread& thread = execution.threads[slot];
    if (thread.state != Thread::State::kLive || thread.waits_for == nullptr) continue;
    if (HolderFor(execution, slot) != kNoThread || !IsNotifiable(*thread.waits_for)) continue;
    if (HowMissed(thread) == Missed::kNot) continue;
    if (look.have_looked.Contains(slot)) return kNoThread;
    if (next == kNoThread) next = slot;
  }
  return next;
}

}  // namespace

ThreadSlot NextWhenStuck() {
  Execution& execution = TheExecution();
  if (execution.second_look.is_on) EndLook(execution);
  const ThreadSlot next = NextToLook(execution);
  if (next == kNoThread) {
    if (!execution.second_look.have_looked.Empty()) execution.current = nullptr;  // nobody runs
    ReportStuck();
  }
  BeginLook(execution, next);
  return next;
}

void ReportStuck() {
  Execution& execution = TheExecution();
  // The test is over; what it left behind does not end by itself.
  if (execution.awaits_rest) CheckLeftBehind();
  ReportStuckProcesses();
  // The body is over and what is left waits for ever: the end of the process takes it along.
  if (execution.threads[0].state != Thread::State::kLive) EndExecution();

  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const ThreadSlot member = FindCycle(execution, slot);
    if (member != kNoThread) ReportCycle(execution, member);
  }

  // No cycle: somebody waits for a lock of the dead, or for a notification.
  const Thread* waiter = nullptr;
  const Thread* orphan = nullptr;
  Missed missed = Missed::kNot;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.state != Thread::State::kLive || thread.waits_for == nullptr) continue;
    const ThreadSlot holder = HolderFor(execution, slot);
    if (holder != kNoThread && execution.threads[holder].state != Thread::State::kLive) orphan = &thread;
    if (holder != kNoThread) continue;
    if (!IsNotifiable(*thread.waits_for)) {
      if (waiter == nullptr) waiter = &thread;
      continue;
    }
    const Missed how = HowMissed(thread);
    if (waiter == nullptr || (missed == Missed::kNot && how != Missed::kNot)) {
      waiter = &thread;
      missed = how;
    }
  }
  if (orphan != nullptr && missed == Missed::kNot) {
    FindingBuilder builder(FindingKind::kDeadlock);
    DescribeLock(builder, execution, *orphan);
    builder.Message() << ": it can never go on.";
    AddLockStacks(builder, execution, *orphan);
    builder.Report();
  }
  if (waiter == nullptr) ReportAwaitedSignal(execution);
  FindingBuilder builder(missed == Missed::kNot ? FindingKind::kDeadlock : FindingKind::kLostWakeup);
  if (waiter == nullptr) {
    builder.Message() << "No thread can go on.";
    builder.Report();
  }
  const SyncObject& object = *waiter->waits_for;
  Text& message = builder.Message();
  WriteThreadName(message, *waiter);
  message << " waits on ";
  WriteObjectName(message, object);
  char unused[1];
  Text role(unused);
  const StepRecord* notify = nullptr;
  switch (missed) {
    case Missed::kNot:
      message << ", and no thread is left that could wake it.";
      break;
    case Missed::kCameBefore:
      message << ", but the notification came at step " << LostNotifyFor(*waiter)
              << ", when nobody was waiting yet: it is lost, and no other follows.";
      notify = FindStep(LostNotifyFor(*waiter));
      break;
    case Missed::kWokeAnother:
      message << ", but the notification at step " << object.last_notify
              << " went to another thread, and no other follows.";
      notify = FindStep(object.last_notify);
      break;
    case Missed::kCameTooEarly:
      message << ": the notification at step " << object.last_notify
              << " woke it, it found its condition still false and went back to sleep, and no other follows.";
      notify = FindStep(object.last_notify);
      break;
  }
  {
    Text wait_role = builder.AddStackOf(*waiter);
    wait_role << "waits here";
  }
  if (builder.AddStackOfStep(notify, &role)) role << "the notification that did not help";
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.state != Thread::State::kLive || &thread == waiter || thread.waits_for == nullptr) continue;
    Text other = builder.AddStackOf(thread);
    other << "waits here for ";
    WriteObjectName(other, *thread.waits_for);
  }
  builder.Report();
}

namespace {

// "T1 and T2": the threads that could go on.
void WriteRunners(Text& message, const Execution& execution) {
  const unsigned count = execution.enabled.Size();
  unsigned written = 0;
  execution.enabled.ForEach([&](ThreadSlot slot) {
    if (written > 0) message << (written + 1 == count ? " and " : ", ");
    ++written;
    WriteThreadName(message, execution.threads[slot]);
  });
  message << (count == 1 ? " goes" : " go");
}

void AddLoopStacks(FindingBuilder& builder, const Execution& execution) {
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.state != Thread::State::kLive || execution.timers.servers.Contains(slot)) continue;
    builder.AddStackOf(thread) << (execution.enabled.Contains(slot)    ? "loops here"
                                   : execution.sleeping.Contains(slot) ? "sleeps here"
                                                                       : "is blocked here");
  }
}

}  // namespace

void ReportNoProgress(std::uint32_t states) {
  Execution& execution = TheExecution();
  FindingBuilder builder(FindingKind::kLivelock);
  WriteRunners(builder.Message(), execution);
  builder.Message() << " round in a loop that never ends: whichever thread moves next, the program only comes back to ";
  if (states == 1) {
    builder.Message() << "the very state it was in before.";
  } else {
    builder.Message() << "one of the same " << std::uint64_t{states} << " states, all of which it was in before.";
  }
  AddLoopStacks(builder, execution);
  builder.Report();
}

void ReportEndless() {
  Execution& execution = TheExecution();
  FindingBuilder builder(FindingKind::kLivelock);
  WriteRunners(builder.Message(), execution);
  builder.Message() << " on without end: ";
  if (execution.quiet_slices >= kEndlessSlices) {
    builder.Message() << std::uint64_t{execution.quiet_slices} * kTimeSliceAccesses / 1'000'000
                      << " million memory accesses went by without any synchronisation";
  } else {
    builder.Message() << "in " << std::uint64_t{execution.arrivals}
                      << " scheduling points every thread that could move got its turn again and again";
  }
  builder.Message() << ", and the program is not done, while under other schedules it ends within a hundredth of that.";
  AddLoopStacks(builder, execution);
  builder.Report();
}

void ReportBusyWait(ThreadSlot spinner, std::int64_t nanoseconds) {
  Execution& execution = TheExecution();
  FindingBuilder builder(FindingKind::kBusyWait);
  WriteThreadName(builder.Message(), execution.threads[spinner]);
  builder.Message() << " goes round in a loop that only the passing of time can end: "
                    << std::uint64_t(nanoseconds / 1'000'000)
                    << " ms went by while it kept a processor busy for nothing. A condition variable, a semaphore or "
                       "the wait() of an atomic lets it sleep until there is something to do.";
  AddLoopStacks(builder, execution);
  builder.Report();
}

}  // namespace racecourse
