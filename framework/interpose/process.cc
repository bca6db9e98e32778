// fork, wait, kill, and the ids of processes. Source: POSIX.1-2017, fork, wait, kill.

#include "framework/interpose/process.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/execution/bare_fork.h"
#include "framework/execution/faults.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/puppet.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/thread_exit.h"
#include "framework/execution/wait.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

// What pthread_atfork registered. The engine calls them: libc would call the child's before it is the child's turn.
struct ForkHandlers {
  void (*prepare)();
  void (*parent)();
  void (*child)();
};
constexpr unsigned kForkHandlersMax = 64;
ForkHandlers fork_handlers[kForkHandlersMax];
unsigned fork_handler_count;

pid_t Fork(bool runs_handlers) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  Arrive(OperationKind::kFork, 0);
  if (Fails(kForkFailures)) {
    if (execution.records) {
      RecordFault();
      NoteOutcome("fails with EAGAIN, as the kernel may");
    }
    Performed(OperationKind::kFork, nullptr, 1);
    errno = EAGAIN;
    return -1;
  }
  for (unsigned i = fork_handler_count; i-- > 0;) {
    if (runs_handlers && fork_handlers[i].prepare != nullptr) fork_handlers[i].prepare();
  }
  ShareExecution();
  const ThreadSlot slot = ClaimSlot(self.accessor.slot);
  Thread& thread = NewThread(slot, self.accessor.slot);
  // The child has a copy of everything that anybody in this process has done so far.
  for (ThreadSlot i = 0; i < execution.slots_in_use; ++i) {
    const Thread& other = execution.threads[i];
    if (other.process != self.process || i == slot) continue;
    Clock& known = thread.accessor.clock.entries[i];
    if (known < other.accessor.clock.entries[i]) known = other.accessor.clock.entries[i];
  }
  thread.fs_base = self.fs_base;
  thread.stack_base = self.stack_base;
  thread.handle = self.handle;
  thread.locks_held = self.locks_held;
  thread.exit_handlers = self.exit_handlers;
  thread.has_key_values = self.has_key_values;
  for (std::uint32_t key = 0; key < Thread::kMaxKeys; ++key) thread.key_values[key] = self.key_values[key];
  thread.fiber = self.fiber;
  thread.state = Thread::State::kLive;
  thread.created_at_step = execution.step_count + 1;
  const ProcessIndex index = NewProcess(slot);
  thread.process = index;
  self.accessor.Tick();
  execution.pending[slot] = {OperationKind::kProcessStart, 0};
  execution.pending_stacks[slot] = execution.pending_stacks[self.accessor.slot];
  execution.enabled.Add(slot);
  ++execution.live_threads;
  execution.strategy->ThreadStarted(slot);
  const pid_t real = MayForkBare(self) ? ForkBare(self) : RC_REAL(fork)();
  if (real == 0) {
    BecomeProcess(index, self.accessor.slot);
    execution.access_budget = execution.access_budget_full;
    execution.slice_left = kTimeSliceAccesses;
    PerformedOnThread(OperationKind::kProcessStart, *execution.current);
    for (unsigned i = 0; i < fork_handler_count; ++i) {
      if (runs_handlers && fork_handlers[i].child != nullptr) fork_handlers[i].child();
    }
    return 0;
  }
  if (real < 0) ReportUncontrolled("the machine cannot start one more process");
  ProcessAt(index).real_pid = real;
  PerformedOnThread(OperationKind::kFork, thread);
  NoteChange();
  for (unsigned i = 0; i < fork_handler_count; ++i) {
    if (runs_handlers && fork_handlers[i].parent != nullptr) fork_handlers[i].parent();
  }
  return ProcessAt(index).pid;
}

// One of the ended children that the thread asks for; null if there is none. `exists`: whether any child is.
Process* FindEnded(const Thread& self, bool* exists, bool chooses) {
  Execution& execution = TheExecution();
  ProcessIndex ended[Execution::kMaxProcesses];
  std::uint32_t count = 0;
  *exists = false;
  for (ProcessIndex i = 1; i < execution.process_count; ++i) {
    const Process& process = execution.processes[i];
    if (process.state == Process::State::kFree || !IsAwaited(self, process)) continue;
    *exists = true;
    if (process.state == Process::State::kEnded) ended[count++] = i;
  }
  if (count == 0) return nullptr;
  return &execution.processes[ended[chooses ? ChooseOutcome(count) : 0]];
}

// Waits for a child to end. Returns null with errno ECHILD, or with errno 0 if there is none yet.
Process* WaitForChild(pid_t pid, int options) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  if ((options & (WUNTRACED | WCONTINUED)) != 0) ReportEscape("waitpid for stopped children");
  // The group is the one that it is in now.
  self.waits_for_child = pid == 0 ? -ProcessAt(ThisProcess()).group : pid;
  bool exists = false;
  const bool may_wait = (options & WNOHANG) == 0;
  FindEnded(self, &exists, false);
  if (may_wait && exists) {
    do {
      if (FindEnded(self, &exists, false) == nullptr && Fails(kInterruptions)) {
        PerformInterrupted(OperationKind::kWaitForChild, nullptr);
        errno = EINTR;
        return nullptr;
      }
      BeginWait(nullptr, kNever, false);
      execution.child_waiters.Add(slot);
      if (FindEnded(self, &exists, false) != nullptr) execution.enabled.Add(slot);
      const bool is_interrupted = ArriveInterruptibly(OperationKind::kWaitForChild, 0, true);
      execution.child_waiters.Remove(slot);
      EndWait(slot);
      if (is_interrupted && HandleInterruption(true)) {
        errno = EINTR;
        return nullptr;
      }
    } while (FindEnded(self, &exists, false) == nullptr && exists);
  } else {
    Arrive(OperationKind::kWaitForChild, 0);
  }
  Process* child = FindEnded(self, &exists, true);
  errno = exists ? 0 : ECHILD;
  if (child == nullptr) {
    if (execution.records) NoteOutcome(exists ? "none has ended" : "there is no child");
    Performed(OperationKind::kWaitForChild, nullptr, 0);
    if (exists) execution.resting.Add(slot);
    return nullptr;
  }
  child->end_clock.JoinInto(&self.accessor.clock);
  if (execution.records) {
    char text[64];
    Text(text) << "process " << child->pid << (WIFSIGNALED(child->status) ? " died" : " had ended");
    NoteOutcome(text);
  }
  Performed(OperationKind::kWaitForChild, nullptr, static_cast<std::uint32_t>(child->pid));
  NoteChange();
  return child;
}

// The child is gone for good.
void Reap(Process& child, bool looks_at_status) {
  int status;
  SystemCall(SYS_wait4, child.real_pid, &status, __WALL, 0);
  child.status_was_seen |= looks_at_status;
  if (!looks_at_status) CheckCrashes();
  child.state = Process::State::kFree;
  child.crash_thread = kNoThread;
}

pid_t WaitPid(pid_t pid, int* status, int options) {
  Process* child = WaitForChild(pid, options);
  if (child == nullptr) return errno == 0 ? 0 : -1;
  if (status != nullptr) {
    *status = child->status;
    NoteKernelWrites(status, sizeof *status);
  }
  const pid_t result = child->pid;
  Reap(*child, status != nullptr);
  return result;
}

int WaitId(idtype_t type, id_t id, siginfo_t* info, int options) {
  constexpr int kStates = WEXITED | WSTOPPED | WCONTINUED;
  const bool is_named = type == P_ALL || (type == P_PID && id != 0) || type == P_PGID;
  if ((options & kStates) == 0 || (options & ~(kStates | WNOHANG | WNOWAIT)) != 0 || (!is_named && type != P_PIDFD)) {
    errno = EINVAL;
    return -1;
  }
  if (type == P_PIDFD || (options & kStates) != WEXITED) ReportEscape("waitid for anything but the end of a child");
  const auto number = static_cast<pid_t>(id);
  Process* child = WaitForChild(type == P_PID ? number : type == P_PGID ? -number : -1, options & WNOHANG);
  if (child == nullptr) {
    if (errno == 0 && info != nullptr) {
      info->si_signo = 0;
      info->si_pid = 0;
      NoteKernelWrites(info, sizeof *info);
    }
    return errno == 0 ? 0 : -1;
  }
  if (info != nullptr) {
    *info = {};
    info->si_signo = SIGCHLD;
    info->si_pid = child->pid;
    info->si_code = WIFSIGNALED(child->status) ? CLD_KILLED : CLD_EXITED;
    info->si_status = WIFSIGNALED(child->status) ? WTERMSIG(child->status) : WEXITSTATUS(child->status);
    info->si_uid = getuid();
    NoteKernelWrites(info, sizeof *info);
  }
  if ((options & WNOWAIT) != 0) {
    child->status_was_seen |= info != nullptr;
  } else {
    Reap(*child, info != nullptr);
  }
  return 0;
}

}  // namespace

pid_t ForkAndWait() {
  const pid_t child = Fork(false);
  if (child <= 0) return child;
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  Process* process = FindProcess(child);
  // It is gone if it has ended and SIGCHLD is ignored.
  if (process == nullptr) return child;
  if (process->state == Process::State::kRunning && process->program_pid == 0 && !process->has_joined) {
    BeginWait(nullptr, kNever, false);
    process->vfork_waiter = self.accessor.slot;
    self.waits_for_child = child;
    Arrive(OperationKind::kWaitForChild, 0);
    EndWait(self.accessor.slot);
  } else {
    process->end_clock.JoinInto(&self.accessor.clock);
  }
  return child;
}

pid_t AwaitChild(pid_t pid, int* status) { return WaitPid(pid, status, 0); }

void ForgetChild(Process& child) { Reap(child, true); }

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(), void*) noexcept {
  if (fork_handler_count == kForkHandlersMax) return ENOMEM;
  fork_handlers[fork_handler_count++] = {prepare, parent, child};
  return 0;
}
RC_INTERPOSE pid_t fork() noexcept {
  if (!IsControlled()) return RC_REAL(fork)();
  return Fork(true);
}
RC_INTERPOSE pid_t _Fork() noexcept {
  if (!IsControlled()) return RC_REAL(_Fork)();
  return Fork(false);
}
// The child gets a copy of the memory and not the memory itself, as POSIX allows.
RC_INTERPOSE pid_t vfork() noexcept {
  if (!IsControlled()) return RC_REAL(fork)();
  return ForkAndWait();
}
RC_INTERPOSE pid_t wait(int* status) {
  if (!IsControlled()) return RC_REAL(wait)(status);
  TestCancel();
  return WaitPid(-1, status, 0);
}
RC_INTERPOSE pid_t waitpid(pid_t pid, int* status, int options) {
  if (!IsControlled()) return RC_REAL(waitpid)(pid, status, options);
  TestCancel();
  return WaitPid(pid, status, options);
}
RC_INTERPOSE pid_t wait3(int* status, int options, rusage* usage) noexcept {
  if (!IsControlled()) return RC_REAL(wait3)(status, options, usage);
  TestCancel();
  if (usage != nullptr) *usage = {};
  return WaitPid(-1, status, options);
}
RC_INTERPOSE pid_t wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
  if (!IsControlled()) return RC_REAL(wait4)(pid, status, options, usage);
  TestCancel();
  if (usage != nullptr) *usage = {};
  return WaitPid(pid, status, options);
}
RC_INTERPOSE int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  if (!IsControlled()) return RC_REAL(waitid)(type, id, info, options);
  TestCancel();
  return WaitId(type, id, info, options);
}
RC_INTERPOSE pid_t getpid() noexcept {
  if (!IsControlled()) return RC_REAL(getpid)();
  return ProcessAt(ThisProcess()).pid;
}
RC_INTERPOSE pid_t getppid() noexcept {
  if (!IsControlled()) return RC_REAL(getppid)();
  if (IsRootProcess()) return kRootPid - 1;
  Arrive(OperationKind::kProcessLook, 0);
  const ProcessIndex parent = ProcessAt(ThisProcess()).parent;
  Performed(OperationKind::kProcessLook, nullptr);
  return parent != kNoProcess ? ProcessAt(parent).pid : 1;  // orphans are adopted
}
