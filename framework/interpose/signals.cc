// Signals within one process: sending, masks, handlers and waits for them. How they are delivered is in
// execution/interruption.h. Source: POSIX.1-2017, 2.4, sigaction, sigwaitinfo, pthread_kill.

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>

#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/puppet.h"
#include "framework/execution/recorder.h"
#include "framework/execution/wait.h"
#include "framework/interpose/entropy.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

bool IsSignal(int signal) { return signal >= 1 && signal <= kSignalsMax; }

int Fail(int error) {
  errno = error;
  return -1;
}

// The processor sends these where an instruction fails. A handler for that would have to run where the engine reports.
bool IsFault(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL || signal == SIGTRAP;
}

void NoteSignal(int signal) {
  if (!TheExecution().records) return;
  char name[16];
  Text text(name);
  WriteSignalName(text, signal);
  NoteOutcome(name);
}

int Install(int signal, const struct sigaction* action, struct sigaction* old) {
  if (!IsSignal(signal)) return Fail(EINVAL);
  if (action != nullptr) {
    if (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN) ExpectInterruptions();
    Arrive(OperationKind::kSignalAction, 0);
    NoteSignal(signal);
    Performed(OperationKind::kSignalAction, nullptr, static_cast<std::uint32_t>(signal));
  }
  struct sigaction& installed = ProcessAt(ThisProcess()).signal_actions[signal];
  const struct sigaction before = installed;
  if (action != nullptr) {
    if (signal == SIGKILL || signal == SIGSTOP) return Fail(EINVAL);
    if (IsFault(signal) && action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN) {
      ReportEscape("sigaction to handle a fault (SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGTRAP)");
    }
    installed = *action;
    ProcessAt(ThisProcess()).signal_actions_changed = true;
  }
  if (old != nullptr) *old = before;
  return 0;
}

siginfo_t InfoOf(int signal, int code) {
  siginfo_t info;
  std::memset(&info, 0, sizeof info);
  info.si_signo = signal;
  info.si_code = code;
  info.si_pid = ProcessAt(ThisProcess()).pid;
  return info;
}

// What the sender did before happens before what the receiver does.
SyncClock ClockOfSender() {
  SyncClock clock;
  Release(*TheExecution().current, &clock);
  return clock;
}

int SendToOne(pthread_t handle, const siginfo_t& info) {
  const int signal = info.si_signo;
  if (signal != 0 && !IsSignal(signal)) return EINVAL;
  const ThreadSlot slot = SlotOfHandle(handle);
  if (slot == kNoThread) return ESRCH;
  Thread& thread = TheExecution().threads[slot];
  Arrive(OperationKind::kSignalSend, 0);
  if (thread.state == Thread::State::kFree) {
    ReportMisuse("sends a signal to a thread that was joined, or detached and has ended");
  }
  if (signal == 0 || thread.state != Thread::State::kLive || thread.is_ending) return 0;
  NoteSignal(signal);
  PerformedOnThread(OperationKind::kSignalSend, thread);
  SendToThread(thread, info, ClockOfSender());
  return 0;
}

// True if kill means the process by `named`. Linux leaves out who sends to all.
bool IsNamed(pid_t named, ProcessIndex index) {
  const Process& process = ProcessAt(index);
  if (IsGone(process)) return false;
  if (named > 0) return process.pid == named;
  if (named == -1) return index != ThisProcess();
  return process.group == (named == 0 ? ProcessAt(ThisProcess()).group : -named);
}

// To all that kill means by `named`: its own process last, which may have ended then.
int SendToAll(pid_t named, const siginfo_t& info) {
  const int signal = info.si_signo;
  if (signal != 0 && !IsSignal(signal)) return Fail(EINVAL);
  Arrive(OperationKind::kSignalSend, 0);
  if (signal != 0) NoteSignal(signal);
  Performed(OperationKind::kSignalSend, nullptr, static_cast<std::uint32_t>(signal));
  const SyncClock clock = ClockOfSender();
  bool is_anybody = false;
  const auto send = [&](ProcessIndex index) {
    if (!IsNamed(named, index)) return;
    is_anybody = true;
    SignalProcess(index, info, clock);
  };
  for (ProcessIndex index = 0; index < TheExecution().process_count; ++index) {
    if (index != ThisProcess()) send(index);
  }
  send(ThisProcess());
  return is_anybody ? 0 : Fail(ESRCH);
}

int ChangeMask(int how, const sigset_t* set, sigset_t* old) {
  Thread& self = *TheExecution().current;
  if (set != nullptr) {
    Arrive(OperationKind::kSignalMask, 0);
    Performed(OperationKind::kSignalMask, nullptr);
  }
  const std::uint64_t before = self.signal_mask;
  if (set != nullptr) {
    const std::uint64_t mask = MaskOf(*set);
    if (how != SIG_BLOCK && how != SIG_UNBLOCK && how != SIG_SETMASK) return EINVAL;
    self.signal_mask = how == SIG_BLOCK ? before | mask : how == SIG_UNBLOCK ? before & ~mask : mask;
  }
  if (old != nullptr) SetFromMask(before, old);
  if ((before & ~self.signal_mask) != 0 && TheExecution().has_interruptions) {
    // POSIX: at least one of those that were pending is delivered before this returns.
    bool restarts = true;
    RunHandlers(&restarts);
  }
  return 0;
}

// Waits for one of `set`; its number, or -1 with errno EAGAIN or EINTR.
int AwaitSignal(std::uint64_t set, siginfo_t* info, VirtualTime deadline) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  TestCancel();
  Arrive(OperationKind::kSignalWait, 0);
  for (;;) {
    if (PendingSignal* signal = TakeSignal(self, set)) {
      const int number = signal->info.si_signo;
      Acquire(self, signal->clock);
      if (info != nullptr) *info = signal->info;
      NoteSignal(number);
      Performed(OperationKind::kSignalWait, nullptr, static_cast<std::uint32_t>(number));
      NoteChange();
      return number;
    }
    if (deadline <= execution.now) return Fail(EAGAIN);
    BeginWait(nullptr, deadline, false);
    self.awaited_signals = set;
    self.awaits_signal = true;
    const bool is_interrupted = ArriveInterruptibly(OperationKind::kSignalWait, 0, true);
    self.awaited_signals = 0;
    self.awaits_signal = false;
    if (!is_interrupted) {
      if (execution.records) NoteOutcome("times out");
      Performed(OperationKind::kSignalWait, nullptr, 0);
      return Fail(EAGAIN);
    }
    if ((PendingFor(self) & set) != 0) continue;
    TestCancel();
    bool restarts = true;
    if (RunHandlers(&restarts) > 0) return Fail(EINTR);
  }
}

// Waits until a handler ran, with `mask` blocked meanwhile.
int AwaitHandler(std::uint64_t mask) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  TestCancel();
  Arrive(OperationKind::kSignalWait, 0);
  Performed(OperationKind::kSignalWait, nullptr);
  const std::uint64_t before = self.signal_mask;
  self.signal_mask = mask;
  bool restarts = true;
  // Those that were pending when the mask changed.
  while (RunHandlers(&restarts) == 0) {
    BeginWait(nullptr, kNever, false);
    self.awaits_signal = true;
    ArriveInterruptibly(OperationKind::kSignalWait, 0, true);
    self.awaits_signal = false;
    TestCancel();
  }
  self.signal_mask = before;
  return Fail(EINTR);
}

// The jump would skip what the engine does when a handler returns.
void RefuseJump() {
  if (IsControlled() && TheExecution().current->handler_depth > 0) ReportEscape("siglongjmp in a signal handler");
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int sigaction(int signal, const struct sigaction* action, struct sigaction* old) noexcept {
  if (!IsControlled()) return RC_REAL(sigaction)(signal, action, old);
  return Install(signal, action, old);
}
RC_INTERPOSE sighandler_t signal(int number, sighandler_t handler) noexcept {
  if (!IsControlled()) return RC_REAL(signal)(number, handler);
  struct sigaction action;
  std::memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  struct sigaction old;
  return Install(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}
// What `signal` becomes in programs that ask for POSIX or X/Open and not for BSD: one shot, as in System V.
extern "C" sighandler_t __sysv_signal(int number, sighandler_t handler) noexcept;
RC_INTERPOSE sighandler_t __sysv_signal(int number, sighandler_t handler) noexcept {
  if (!IsControlled()) return RC_REAL(__sysv_signal)(number, handler);
  struct sigaction action;
  std::memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
  struct sigaction old;
  return Install(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}
RC_INTERPOSE int siginterrupt(int signal, int interrupts) noexcept {
  if (!IsControlled()) return RC_REAL(siginterrupt)(signal, interrupts);
  if (!IsSignal(signal)) return Fail(EINVAL);
  ProcessAt(ThisProcess()).signal_actions_changed = true;
  int& flags = ProcessAt(ThisProcess()).signal_actions[signal].sa_flags;
  flags = interrupts != 0 ? flags & ~SA_RESTART : flags | SA_RESTART;
  return 0;
}
// Handlers run on the stack of their thread, whatever they ask for.
RC_INTERPOSE int sigaltstack(const stack_t* stack, stack_t* old) noexcept {
  if (!IsControlled()) return RC_REAL(sigaltstack)(stack, old);
  if (old != nullptr) {
    std::memset(old, 0, sizeof *old);
    old->ss_flags = SS_DISABLE;
  }
  return 0;
}

RC_INTERPOSE int raise(int signal) noexcept {
  if (!IsControlled()) return RC_REAL(raise)(signal);
  const int error = SendToOne(pthread_self(), InfoOf(signal, SI_TKILL));
  return error == 0 ? 0 : Fail(error);
}
RC_INTERPOSE int pthread_kill(pthread_t thread, int signal) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_kill)(thread, signal);
  return SendToOne(thread, InfoOf(signal, SI_TKILL));
}
RC_INTERPOSE int pthread_sigqueue(pthread_t thread, int signal, const sigval value) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_sigqueue)(thread, signal, value);
  siginfo_t info = InfoOf(signal, SI_QUEUE);
  info.si_value = value;
  return SendToOne(thread, info);
}
RC_INTERPOSE int kill(pid_t process, int signal) noexcept {
  if (!IsControlled()) return RC_REAL(kill)(process, signal);
  return SendToAll(process, InfoOf(signal, SI_USER));
}
RC_INTERPOSE int sigqueue(pid_t process, int signal, const sigval value) noexcept {
  if (!IsControlled()) return RC_REAL(sigqueue)(process, signal, value);
  siginfo_t info = InfoOf(signal, SI_QUEUE);
  info.si_value = value;
  return SendToAll(process, info);
}

RC_INTERPOSE int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_sigmask)(how, set, old);
  return ChangeMask(how, set, old);
}
RC_INTERPOSE int sigprocmask(int how, const sigset_t* set, sigset_t* old) noexcept {
  if (!IsControlled()) return RC_REAL(sigprocmask)(how, set, old);
  const int error = ChangeMask(how, set, old);
  return error == 0 ? 0 : Fail(error);
}
RC_INTERPOSE int sigpending(sigset_t* set) noexcept {
  if (!IsControlled()) return RC_REAL(sigpending)(set);
  const Thread& self = *TheExecution().current;
  SetFromMask(PendingFor(self) & self.signal_mask, set);
  return 0;
}

RC_INTERPOSE int sigwait(const sigset_t* set, int* signal) {
  if (!IsControlled()) return RC_REAL(sigwait)(set, signal);
  for (;;) {
    const int number = AwaitSignal(MaskOf(*set), nullptr, kNever);
    if (number < 0) continue;  // POSIX: not ended by handlers
    *signal = number;
    return 0;
  }
}
RC_INTERPOSE int sigwaitinfo(const sigset_t* set, siginfo_t* info) {
  if (!IsControlled()) return RC_REAL(sigwaitinfo)(set, info);
  return AwaitSignal(MaskOf(*set), info, kNever);
}
RC_INTERPOSE int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* duration) {
  if (!IsControlled()) return RC_REAL(sigtimedwait)(set, info, duration);
  return AwaitSignal(MaskOf(*set), info, duration == nullptr ? kNever : DeadlineAfter(*duration));
}
RC_INTERPOSE int sigsuspend(const sigset_t* set) {
  if (!IsControlled()) return RC_REAL(sigsuspend)(set);
  return AwaitHandler(MaskOf(*set));
}
RC_INTERPOSE int pause() {
  if (!IsControlled()) return RC_REAL(pause)();
  return AwaitHandler(TheExecution().current->signal_mask);
}

RC_INTERPOSE void longjmp(__jmp_buf_tag* buffer, int value) noexcept {
  RefuseJump();
  _longjmp(buffer, value);
}
RC_INTERPOSE void siglongjmp(__jmp_buf_tag* buffer, int value) noexcept {
  RefuseJump();
  RC_REAL(siglongjmp)(buffer, value);
  __builtin_unreachable();
}
