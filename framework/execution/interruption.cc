#include "framework/execution/interruption.h"

#include <pthread.h>

#include <cerrno>
#include <cstring>

#include "framework/execution/faults.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/names.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/timers.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

// How many scheduling points of its thread a signal may let pass. One that waits is interrupted whenever the strategy
// likes.
constexpr unsigned kDelays[] = {0, 1, 3, 12};

enum class DefaultAction { kIgnore, kStop, kEnd, kCrash };

DefaultAction DefaultOf(int signal) {
  switch (signal) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
      return DefaultAction::kIgnore;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return DefaultAction::kStop;
    // Who sends one of these to a process means to end it.
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
    case SIGQUIT:
    case SIGKILL:
    case SIGALRM:
      return DefaultAction::kEnd;
    default:
      return DefaultAction::kCrash;
  }
}

// Outside whatever its operation waits for: a handler may run, and what it does disturbs nothing.
bool IsBetweenWaits(const Execution& execution, const Thread& thread) {
  return thread.interruptible == Interruptibility::kNone && thread.waits_for == nullptr &&
         thread.waits_for_thread == kNoThread && execution.enabled.Contains(thread.accessor.slot);
}

std::uint64_t Deliverable(const Thread& thread) { return PendingFor(thread) & ~thread.signal_mask; }

void Append(PendingSignal** list, PendingSignal* signal) {
  while (*list != nullptr) list = &(*list)->next;
  *list = signal;
}

bool Contains(const PendingSignal* list, int signal) {
  for (; list != nullptr; list = list->next) {
    if (list->info.si_signo == signal) return true;
  }
  return false;
}

[[noreturn]] void DieOf(int signal) {
  Execution& execution = TheExecution();
  const DefaultAction action = DefaultOf(signal);
  if (action == DefaultAction::kStop) ReportEscape("a signal that stops the process");
  if (!IsRootProcess()) EndThisProcess(signal);
  if (action == DefaultAction::kEnd && execution.is_whole_program) EndRootProcess();
  FindingBuilder builder(FindingKind::kCrash);
  WriteThreadName(builder.Message(), *execution.current);
  builder.Message() << " receives ";
  WriteSignalName(builder.Message(), signal);
  builder.Message() << ", for which no handler is installed at that moment: it ends the whole process.";
  builder.AddStackOf(*execution.current) << "where it is when the signal comes";
  builder.Report();
}

// The function that the thread's pending operation is part of, if it is not async-signal-safe; else null.
const char* UnsafeFunctionOf(OperationKind kind) {
  switch (kind) {
    case OperationKind::kMutexUnlock:
      return "pthread_mutex_unlock";
    case OperationKind::kMutexTryLock:
      return "pthread_mutex_trylock";
    case OperationKind::kRwlockUnlock:
      return "pthread_rwlock_unlock";
    case OperationKind::kConditionSignal:
      return "pthread_cond_signal";
    case OperationKind::kConditionBroadcast:
      return "pthread_cond_broadcast";
    case OperationKind::kConditionWait:
      return "pthread_cond_wait";
    case OperationKind::kThreadCreate:
      return "pthread_create";
    default:
      return nullptr;
  }
}

// Puts back what a handler's own operations change of the thread that it interrupts.
class HandlerScope {
 public:
  HandlerScope(Thread& thread, std::uint64_t mask)
      : thread_(thread),
        mask_(thread.signal_mask),
        wake_reason_(thread.wake_reason),
        interrupted_call_(thread.interrupted_call),
        unsafe_call_(thread.unsafe_call),
        interruptible_(thread.interruptible),
        pending_(TheExecution().pending[thread.accessor.slot]) {
    thread.signal_mask |= mask;
    thread.interrupted_call = thread.unsafe_call;
    thread.unsafe_call = nullptr;
    thread.interruptible = Interruptibility::kNone;
    ++thread.handler_depth;
  }
  ~HandlerScope() {
    --thread_.handler_depth;
    thread_.signal_mask = mask_;
    thread_.wake_reason = wake_reason_;
    thread_.interrupted_call = interrupted_call_;
    thread_.unsafe_call = unsafe_call_;
    thread_.interruptible = interruptible_;
    TheExecution().pending[thread_.accessor.slot] = pending_;
  }
  HandlerScope(const HandlerScope&) = delete;
  HandlerScope& operator=(const HandlerScope&) = delete;

 private:
  Thread& thread_;
  const std::uint64_t mask_;
  const WakeReason wake_reason_;
  const char* const interrupted_call_;
  const char* const unsafe_call_;
  const Interruptibility interruptible_;
  const PendingOperation pending_;
};

void NoteSignal(int signal) {
  if (!TheExecution().records) return;
  char name[16];
  Text text(name);
  WriteSignalName(text, signal);
  NoteOutcome(name);
}

// Returns true if a handler ran.
bool Deliver(Thread& self, PendingSignal& signal, bool* restarts) {
  Execution& execution = TheExecution();
  const int number = signal.info.si_signo;
  Process& process = execution.processes[self.process];
  struct sigaction& installed = process.signal_actions[number];
  const struct sigaction action = installed;
  if (IsIgnored(process, number)) return false;
  if (action.sa_handler == SIG_DFL) DieOf(number);
  if ((action.sa_flags & SA_RESETHAND) != 0) {
    installed.sa_handler = SIG_DFL;
    process.signal_actions_changed = true;
  }
  if ((action.sa_flags & SA_RESTART) == 0) *restarts = false;
  Acquire(self, signal.clock);
  NoteSignal(number);
  Performed(OperationKind::kSignalHandle, nullptr, static_cast<std::uint32_t>(number));
  self.last_handled = execution.step_count;
  NoteChange();
  std::uint64_t mask = MaskOf(action.sa_mask);
  if ((action.sa_flags & SA_NODEFER) == 0) mask |= SignalBit(number);
  HandlerScope scope(self, mask);
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    ucontext_t context = {};
    action.sa_sigaction(number, &signal.info, &context);
  } else {
    action.sa_handler(number);
  }
  return true;
}

void SendTo(Thread& thread, PendingSignal* signal) {
  Execution& execution = TheExecution();
  ExpectInterruptions();
  Append(&thread.signals, signal);
  thread.signal_delay = kUndecided;
  if (&thread == execution.current && (thread.signal_mask & SignalBit(signal->info.si_signo)) == 0) {
    bool restarts = true;
    RunHandlers(&restarts);
  }
}

PendingSignal* NewSignal(const siginfo_t& info, const SyncClock& clock, bool is_for_process) {
  Execution& execution = TheExecution();
  auto* signal = static_cast<PendingSignal*>(execution.shared_arena.Allocate(sizeof(PendingSignal)));
  std::memset(static_cast<void*>(signal), 0, sizeof *signal);
  signal->info = info;
  signal->clock = SyncClock();
  signal->clock.Assign(clock, &execution.shared_arena);
  signal->is_for_process = is_for_process;
  signal->next = nullptr;
  return signal;
}

// A thread that can take the signal, null if all block it. Which one is a choice.
Thread* Receiver(Execution& execution, ProcessIndex process, int signal) {
  ThreadSet candidates;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.process != process || thread.state != Thread::State::kLive || thread.is_ending) continue;
    if ((thread.signal_mask & SignalBit(signal)) == 0 || (thread.awaited_signals & SignalBit(signal)) != 0) {
      candidates.Add(slot);
    }
  }
  if (candidates.Empty()) return nullptr;
  return &execution.threads[candidates.Nth(ChooseOutcome(candidates.Size()))];
}

void Route(ProcessIndex process, PendingSignal* signal) {
  Execution& execution = TheExecution();
  signal->next = nullptr;
  Thread* receiver = Receiver(execution, process, signal->info.si_signo);
  if (receiver != nullptr) return SendTo(*receiver, signal);
  ExpectInterruptions();
  Append(&execution.processes[process].signals, signal);
}

}  // namespace

bool IsIgnored(const Process& process, int signal) {
  const auto handler = process.signal_actions[signal].sa_handler;
  return handler == SIG_IGN || (handler == SIG_DFL && DefaultOf(signal) == DefaultAction::kIgnore);
}

std::uint64_t MaskOf(const sigset_t& set) {
  std::uint64_t mask;
  std::memcpy(&mask, &set, sizeof mask);
  return mask & ~(SignalBit(SIGKILL) | SignalBit(SIGSTOP));
}

void SetFromMask(std::uint64_t mask, sigset_t* set) {
  std::memset(set, 0, sizeof *set);
  std::memcpy(set, &mask, sizeof mask);
}

void WriteSignalName(Text& text, int signal) {
  const char* const name = sigabbrev_np(signal);
  if (name != nullptr) {
    text << "SIG" << name;
  } else {
    text << "signal " << signal;
  }
}

void ExpectInterruptions() {
  Execution& execution = TheExecution();
  execution.has_interruptions = true;
  execution.has_unusual = true;
}

void SendToThread(Thread& thread, const siginfo_t& info, const SyncClock& clock) {
  Execution& execution = TheExecution();
  const int signal = info.si_signo;
  NoteChange();
  const bool is_blocked = (thread.signal_mask & SignalBit(signal)) != 0;
  if (!is_blocked && IsIgnored(execution.processes[thread.process], signal)) return;
  if (signal < SIGRTMIN && Contains(thread.signals, signal)) return;
  SendTo(thread, NewSignal(info, clock, false));
}

bool WouldEnd(ProcessIndex index, int signal) {
  const Execution& execution = TheExecution();
  const Process& process = execution.processes[index];
  if (signal == SIGKILL) return true;
  const DefaultAction action = DefaultOf(signal);
  if (process.signal_actions[signal].sa_handler != SIG_DFL || action == DefaultAction::kIgnore) return false;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.process != index || thread.state != Thread::State::kLive) continue;
    if (((thread.signal_mask | thread.awaited_signals) & SignalBit(signal)) == 0) return action != DefaultAction::kStop;
  }
  return false;
}

void SendToProcess(ProcessIndex index, const siginfo_t& info, const SyncClock& clock) {
  Execution& execution = TheExecution();
  const int signal = info.si_signo;
  NoteChange();
  if (signal < SIGRTMIN) {
    if (Contains(execution.processes[index].signals, signal)) return;
    for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
      if (execution.threads[slot].process != index) continue;
      for (const PendingSignal* s = execution.threads[slot].signals; s != nullptr; s = s->next) {
        if (s->info.si_signo == signal && s->is_for_process) return;
      }
    }
  }
  bool is_blocked = false;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.process != index || thread.state != Thread::State::kLive || thread.is_ending) continue;
    is_blocked |= (thread.signal_mask & SignalBit(signal)) != 0;
  }
  if (IsIgnored(execution.processes[index], signal) && !is_blocked) return;
  Route(index, NewSignal(info, clock, true));
}

void SignalProcess(ProcessIndex index, const siginfo_t& info, const SyncClock& clock) {
  const int signal = info.si_signo;
  Process& receiver = ProcessAt(index);
  if (signal == 0 || receiver.state != Process::State::kRunning) return;
  if (receiver.program_pid != 0) {
    SignalProgram(receiver, signal);
  } else if (index != ThisProcess() && index != kRootProcess && WouldEnd(index, signal)) {
    KillProcess(index, signal);
  } else {
    SendToProcess(index, info, clock);
  }
}

std::uint64_t PendingFor(const Thread& thread) {
  std::uint64_t pending = 0;
  for (const PendingSignal* s = thread.signals; s != nullptr; s = s->next) pending |= SignalBit(s->info.si_signo);
  for (const PendingSignal* s = TheExecution().processes[thread.process].signals; s != nullptr; s = s->next) {
    pending |= SignalBit(s->info.si_signo);
  }
  return pending;
}

PendingSignal* TakeSignal(Thread& thread, std::uint64_t set) {
  for (PendingSignal** list : {&thread.signals, &TheExecution().processes[thread.process].signals}) {
    PendingSignal** best = nullptr;
    for (PendingSignal** s = list; *s != nullptr; s = &(*s)->next) {
      if ((SignalBit((*s)->info.si_signo) & set) == 0) continue;
      // POSIX: of several, that of the lowest number; of one number, the oldest.
      if (best == nullptr || (*s)->info.si_signo < (*best)->info.si_signo) best = s;
    }
    if (best == nullptr) continue;
    PendingSignal* taken = *best;
    *best = taken->next;
    if (taken->info.si_code == SI_TIMER) NoteTimerSignal(taken->info);
    return taken;
  }
  return nullptr;
}

PendingSignal* FindTimerSignal(int timer) {
  Execution& execution = TheExecution();
  const auto find = [&](PendingSignal* signal) {
    while (signal != nullptr && (signal->info.si_code != SI_TIMER || signal->info.si_timerid != timer)) {
      signal = signal->next;
    }
    return signal;
  };
  PendingSignal* found = nullptr;
  for (ProcessIndex index = 0; index < execution.process_count && found == nullptr; ++index) {
    found = find(execution.processes[index].signals);
  }
  for (ThreadSlot slot = 0; slot < execution.slots_in_use && found == nullptr; ++slot) {
    found = find(execution.threads[slot].signals);
  }
  return found;
}

unsigned RunHandlers(bool* restarts) {
  Thread& self = *TheExecution().current;
  unsigned ran = 0;
  while (PendingSignal* signal = TakeSignal(self, ~self.signal_mask)) ran += Deliver(self, *signal, restarts) ? 1 : 0;
  return ran;
}

void DeliverAtSchedulingPoint() {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  ActOnProcessFaults();
  if (Deliverable(self) == 0 || !IsBetweenWaits(execution, self)) return;
  if (self.signal_delay == kUndecided) self.signal_delay = kDelays[ChooseOutcome(4)];
  // A whole time slice is delay enough.
  const bool has_computed = execution.pending[self.accessor.slot].kind == OperationKind::kTimeSlice;
  if (self.signal_delay > 0 && !execution.is_fair && !has_computed) {
    --self.signal_delay;
    return;
  }
  self.unsafe_call = UnsafeFunctionOf(execution.pending[self.accessor.slot].kind);
  bool restarts = true;
  RunHandlers(&restarts);
  self.unsafe_call = nullptr;
}

void EnterUnsafeCall(const char* function) {
  Execution& execution = TheExecution();
  if (execution.current == nullptr) return;
  Thread& self = *execution.current;
  if (self.handler_depth > 0 && self.interrupted_call != nullptr) {
    FindingBuilder builder(FindingKind::kMisuse);
    builder.Message() << "A signal handler on ";
    WriteThreadName(builder.Message(), self);
    builder.Message() << " calls " << function << ", and the signal came in the middle of " << self.interrupted_call
                      << ": neither function is async-signal-safe, so the second may find the first one's work half "
                         "done, or wait for its lock for ever.";
    builder.AddStackOf(self) << "called here";
    builder.Report();
  }
  // Not in the middle of a longer one: it may hold locks of libc's that only its own return gives back.
  if (self.unsafe_call != nullptr) return;
  if (Deliverable(self) == 0 || !IsBetweenWaits(execution, self) || ChooseOutcome(2) == 0) return;
  self.unsafe_call = function;
  bool restarts = true;
  RunHandlers(&restarts);
  self.unsafe_call = nullptr;
}

const char* BeginLibraryCall(const char* function) {
  Thread& self = *TheExecution().current;
  const char* const outer = self.unsafe_call;
  EnterUnsafeCall(function);
  if (outer == nullptr) {
    Arrive(OperationKind::kLibraryCall, 0);
    if (TheExecution().records) NoteOutcome(function);
    Performed(OperationKind::kLibraryCall, nullptr);
    EnterUnsafeCall(function);
  }
  self.unsafe_call = function;
  return outer;
}

bool IsInterruptible(const Execution& execution, ThreadSlot slot) {
  const Thread& thread = execution.threads[slot];
  if (thread.state != Thread::State::kLive || thread.interruptible == Interruptibility::kNone) return false;
  if (execution.enabled.Contains(slot)) return false;
  if (thread.interruptible == Interruptibility::kAlsoByCancellation && thread.cancel_requested &&
      !thread.cancel_disabled) {
    return true;
  }
  return (PendingFor(thread) & (~thread.signal_mask | thread.awaited_signals)) != 0;
}

ThreadSet Interruptible(const Execution& execution) {
  ThreadSet threads;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    if (IsInterruptible(execution, slot)) threads.Add(slot);
  }
  return threads;
}

bool ArriveInterruptibly(OperationKind kind, std::uint64_t object, bool is_cancellation_point) {
  Thread& self = *TheExecution().current;
  self.interruptible = is_cancellation_point ? Interruptibility::kAlsoByCancellation : Interruptibility::kOnlyBySignals;
  Arrive(kind, object);
  self.interruptible = Interruptibility::kNone;
  return __builtin_expect(self.wake_reason == WakeReason::kInterrupted, 0);
}

bool HandleInterruption(bool is_cancellation_point, bool may_restart) {
  if (is_cancellation_point) TestCancel();
  bool restarts = true;
  const unsigned ran = RunHandlers(&restarts);
  if (is_cancellation_point) TestCancel();
  return ran > 0 && !(may_restart && restarts);
}

bool IsCancelled() {
  const Thread* self = TheExecution().current;
  return self != nullptr && self->cancel_requested && !self->cancel_disabled && !self->is_ending;
}

void ActOnCancellation() {
  Thread& self = *TheExecution().current;
  self.cancel_disabled = true;
  if (TheExecution().records) NoteOutcome("is cancelled");
  PerformedOnThread(OperationKind::kThreadCancel, self);
  UnwindThread(PTHREAD_CANCELED);
}

void ForwardSignals(Thread& thread) {
  thread.is_ending = true;
  while (PendingSignal* signal = thread.signals) {
    thread.signals = signal->next;
    if (signal->is_for_process) Route(thread.process, signal);
  }
}

}  // namespace racecourse
