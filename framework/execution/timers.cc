#include "framework/execution/timers.h"

#include <unistd.h>

#include <climits>
#include <new>

#include "framework/execution/descriptor_wait.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/puppet.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"
#include "framework/execution/thread_exit.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

bool IsServed(const Timer& timer) { return timer.notice != Notice::kFree && timer.notice != Notice::kNothing; }

// The one of the process whose time comes first; null if none is armed.
const Timer* NextTimer(const Execution& execution, ProcessIndex process) {
  const Timer* next = nullptr;
  for (std::uint32_t i = 0; i < execution.timers.count; ++i) {
    const Timer& timer = execution.timers.entries[i];
    if (!IsServed(timer) || timer.process != process || timer.deadline == kNever) continue;
    if (next == nullptr || timer.deadline < next->deadline) next = &timer;
  }
  return next;
}

// Its signal would end the process.
bool IsFatal(const Execution& execution, const Timer& timer) {
  if (timer.notice != Notice::kSignal && timer.notice != Notice::kSignalToThread) return false;
  const int signal = timer.info.si_signo;
  const Process& process = execution.processes[timer.process];
  if (process.signal_actions[signal].sa_handler != SIG_DFL || IsIgnored(process, signal)) return false;
  bool reaches_somebody = false;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.process != timer.process || thread.state != Thread::State::kLive || thread.is_ending) continue;
    if ((thread.awaited_signals & SignalBit(signal)) != 0) return false;
    reaches_somebody |= (thread.signal_mask & SignalBit(signal)) == 0;
  }
  return reaches_somebody;
}

// The rest of the periods that are over by now, which no notice of their own is given for.
std::uint32_t Advance(Timer& timer, VirtualTime now) {
  if (timer.interval == 0) {
    timer.deadline = kNever;
    return 0;
  }
  const VirtualTime more = now > timer.deadline ? (now - timer.deadline) / timer.interval : 0;
  timer.deadline += (more + 1) * timer.interval;
  return more > INT_MAX ? INT_MAX : static_cast<std::uint32_t>(more);
}

void SendSignal(Execution& execution, Timer& timer, std::uint32_t more) {
  if (timer.info.si_code == SI_TIMER) {
    // POSIX: one signal of a timer's is pending at a time.
    if (PendingSignal* pending = FindTimerSignal(timer.info.si_timerid)) {
      pending->info.si_overrun += static_cast<int>(more) + 1;
      return;
    }
    timer.info.si_overrun = static_cast<int>(more);
  }
  if (timer.notice == Notice::kSignal) return SendToProcess(timer.process, timer.info, timer.armed_by);
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    Thread& thread = execution.threads[slot];
    if (thread.id != timer.receiver || thread.state != Thread::State::kLive || thread.is_ending) continue;
    SendToThread(thread, timer.info, timer.armed_by);
  }
}

struct Notification {
  void (*function)(sigval);
  sigval value;
};

void* RunNotification(void* argument) {
  const auto notification = *static_cast<Notification*>(argument);
  notification.function(notification.value);
  return nullptr;
}

void StartNotification(Execution& execution, const Timer& timer) {
  auto* notification = static_cast<Notification*>(execution.arena.Allocate(sizeof(Notification)));
  *notification = {timer.function, timer.info.si_value};
  const ThreadSlot creator = execution.current->accessor.slot;
  const ThreadSlot slot = ClaimSlot(creator);
  Thread& thread = NewThread(slot, creator);
  thread.start = RunNotification;
  thread.argument = notification;
  thread.is_detached = true;
  thread.signal_mask = 0;
  Acquire(thread, timer.armed_by);
  execution.current->accessor.Tick();
  thread.created_at_step = execution.step_count;
  StartThread(slot);
  NoteChange();
}

[[noreturn]] void ReportLostTimer() {
  ReportUncontrolled("a timerfd is armed, and the process that armed it has closed it while another one still has it");
}

void CountExpiries(Execution& execution, const Timer& timer, std::uint64_t expiries) {
  for (int fd = 0; fd < execution.processes[timer.process].descriptors.count; ++fd) {
    if (FindOpenFile(fd) != timer.file) continue;
    SystemCall(SYS_write, fd, &expiries, sizeof expiries);
    RecheckDescriptors();
    return NoteChange();
  }
  ReportLostTimer();
}

// Everybody waits for ever, and what comes is a signal that ends the process: the program hangs, and has provided for
// it.
void ReportIfStuck(Execution& execution) {
  ThreadSet moving = execution.enabled;
  moving.AddAll(execution.sleeping);
  moving.AddAll(execution.timed);
  moving.RemoveAll(execution.timers.servers);
  if (!moving.Empty()) return;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.state == Thread::State::kLive && thread.waits_for != nullptr) ReportStuck();
  }
}

void Expire(Execution& execution, Timer& timer) {
  const bool is_fatal = IsFatal(execution, timer);
  // A parent may make a child on purpose that hangs until its alarm; nobody is there to see how the first process ends.
  if (is_fatal && timer.process == kRootProcess) ReportIfStuck(execution);
  // Nobody is left to be told again and again.
  if (timer.interval > 0 && execution.threads[0].state != Thread::State::kLive && execution.enabled.IsSingleton()) {
    EndExecution();
  }
  const std::uint32_t more = Advance(timer, execution.now);
  if (execution.records) {
    char text[16];
    Text name(text);
    if (timer.notice == Notice::kSignal || timer.notice == Notice::kSignalToThread) {
      WriteSignalName(name, timer.info.si_signo);
      NoteOutcome(text);
    }
  }
  Performed(OperationKind::kTimerExpire, nullptr, more);
  if (is_fatal && timer.process != kRootProcess) EndThisProcess(timer.info.si_signo);
  switch (timer.notice) {
    case Notice::kSignal:
    case Notice::kSignalToThread:
      return SendSignal(execution, timer, more);
    case Notice::kThread:
      timer.overrun = more;
      return StartNotification(execution, timer);
    case Notice::kDescriptor:
      return CountExpiries(execution, timer, std::uint64_t{more} + 1);
    case Notice::kFree:
    case Notice::kNothing:
      return;
  }
}

void ExpireWhatIsDue(Execution& execution) {
  ThreadSet others = execution.enabled;
  others.RemoveAll(execution.resting);
  others.RemoveAll(execution.timers.servers);
  if (!others.Empty() && execution.timers.early_left > 0) --execution.timers.early_left;
  for (;;) {
    const Timer* next = NextTimer(execution, execution.this_process);
    if (next == nullptr || next->deadline > execution.now) return;
    Expire(execution, const_cast<Timer&>(*next));
  }
}

void* ServeTimers(void*) {
  Execution& execution = TheExecution();
  for (;;) {
    ExpireWhatIsDue(execution);
    const Timer* next = NextTimer(execution, execution.this_process);
    BeginWait(nullptr, next != nullptr ? next->deadline : kNever, false);
    Arrive(OperationKind::kTimerExpire, 0);
  }
}

// The thread is of the engine's making: it does not count as one that keeps the execution going, and no signal is for
// it.
ThreadSlot StartServer(Execution& execution) {
  const ThreadSlot creator = execution.current->accessor.slot;
  const ThreadSlot slot = ClaimSlot(creator);
  Thread& thread = NewThread(slot, creator);
  thread.start = ServeTimers;
  thread.argument = nullptr;
  thread.is_detached = true;
  thread.is_ending = true;
  thread.signal_mask = ~std::uint64_t{0};
  Text(thread.name) << "timers";
  execution.current->accessor.Tick();
  PreparePuppet(slot);
  thread.state = Thread::State::kLive;
  execution.pending[slot] = {OperationKind::kTimerExpire, 0};
  execution.pending_stacks[slot].count = 0;
  execution.strategy->ThreadStarted(slot);
  execution.timers.servers.Add(slot);
  return slot;
}

// The thread that serves the process's timers; kNoThread if it has none yet.
ThreadSlot ServerOf(const Execution& execution, ProcessIndex process) {
  ThreadSlot server = kNoThread;
  execution.timers.servers.ForEach([&](ThreadSlot slot) {
    if (execution.threads[slot].process == process) server = slot;
  });
  return server;
}

// Another thread changed what the server of the process sleeps for.
void Reschedule(Execution& execution, ProcessIndex process) {
  const Timer* next = NextTimer(execution, process);
  ThreadSlot slot = ServerOf(execution, process);
  if (slot == kNoThread) {
    if (next == nullptr) return;
    slot = StartServer(execution);
  }
  execution.threads[slot].deadline = next != nullptr ? next->deadline : kNever;
  if (next == nullptr) return execution.sleeping.Remove(slot);
  execution.sleeping.Add(slot);
  execution.has_unusual = true;
}

}  // namespace

std::uint32_t NewTimer(Notice notice, clockid_t clock) {
  Timers& timers = TheExecution().timers;
  if (timers.count == 0) new (&timers.entries[timers.count++]) Timer;
  std::uint32_t at = 1;
  while (at < timers.count && timers.entries[at].notice != Notice::kFree) ++at;
  if (at == Timers::kMax) return at;
  if (at == timers.count) ++timers.count;
  Timer& timer = *new (&timers.entries[at]) Timer;
  timer.notice = notice;
  timer.clock = clock;
  timer.process = ThisProcess();
  return at;
}

void ArmTimer(Timer& timer, VirtualTime deadline, VirtualTime interval) {
  Execution& execution = TheExecution();
  timer.deadline = deadline;
  timer.interval = interval;
  timer.overrun = 0;
  Accessor& self = execution.current->accessor;
  timer.armed_by.Assign(self.clock, execution.slots_in_use, &execution.shared_arena, self.slot);
  self.Tick();
  const ProcessIndex before = timer.process;
  timer.process = execution.this_process;
  if (before != timer.process) Reschedule(execution, before);
  Reschedule(execution, timer.process);
}

void DeleteTimer(Timer& timer) {
  timer.notice = Notice::kFree;
  timer.deadline = kNever;
  Reschedule(TheExecution(), timer.process);
}

Timer* TimerOf(const OpenFile& file) {
  Timers& timers = TheExecution().timers;
  for (std::uint32_t i = 0; i < timers.count; ++i) {
    if (timers.entries[i].notice == Notice::kDescriptor && timers.entries[i].file == &file) return &timers.entries[i];
  }
  return nullptr;
}

void AdvanceSilentTimer(Timer& timer) {
  const VirtualTime now = TheExecution().now;
  if (timer.notice == Notice::kNothing && timer.deadline <= now) Advance(timer, now);
}

void NoteTimerSignal(const siginfo_t& info) {
  Timers& timers = TheExecution().timers;
  timers.entries[info.si_timerid].overrun = static_cast<std::uint32_t>(info.si_overrun);
}

void DeleteTimersOf(ProcessIndex process) {
  Timers& timers = TheExecution().timers;
  for (std::uint32_t i = 0; i < timers.count; ++i) {
    Timer& timer = timers.entries[i];
    if (timer.process == process && timer.notice != Notice::kDescriptor) timer.notice = Notice::kFree;
  }
}

void CheckTimersLeftBy(ProcessIndex process) {
  const Timers& timers = TheExecution().timers;
  for (std::uint32_t i = 0; i < timers.count; ++i) {
    const Timer& timer = timers.entries[i];
    if (timer.notice == Notice::kDescriptor && timer.process == process && timer.deadline != kNever) ReportLostTimer();
  }
}

ThreadSet WaitingForTime(const Execution& execution) {
  ThreadSet waiting = execution.sleeping;
  waiting.AddAll(execution.timed);
  if (__builtin_expect(execution.timers.servers.Empty(), 1)) return waiting;
  ThreadSet fatal;
  execution.timers.servers.ForEach([&](ThreadSlot server) {
    if (!waiting.Contains(server)) return;
    if (IsFatal(execution, *NextTimer(execution, execution.threads[server].process))) fatal.Add(server);
  });
  if (fatal.Empty()) return waiting;
  ThreadSet others = waiting;
  others.RemoveAll(fatal);
  const bool is_next = others.Empty() || fatal.Contains(EarliestDeadline(execution, waiting));
  return is_next && execution.enabled.Empty() ? waiting : others;
}

ThreadSet ServersThatWait(const Execution& execution) {
  ThreadSet waiting;
  execution.timers.servers.ForEach([&](ThreadSlot server) {
    const Timer* next = NextTimer(execution, execution.threads[server].process);
    const bool may_expire = next != nullptr && !IsFatal(execution, *next) &&
                            (execution.timers.early_left > 0 || next->deadline <= execution.now);
    if (!may_expire) waiting.Add(server);
  });
  return waiting;
}

}  // namespace racecourse
