#include "framework/execution/processes.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <cstring>

#include "framework/execution/context_switch.h"
#include "framework/execution/descriptor_wait.h"
#include "framework/execution/faults.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/interruption.h"
#include "framework/execution/joined_program.h"
#include "framework/execution/kernel_objects.h"
#include "framework/execution/names.h"
#include "framework/execution/program_family.h"
#include "framework/execution/real_process.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/segments.h"
#include "framework/execution/system_call.h"
#include "framework/execution/thread_exit.h"

namespace racecourse {
namespace {

void Wake(std::uint32_t* word) {
  __atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
  SystemCall(SYS_futex, word, FUTEX_WAKE, 1);
}

// Returns when the process is dead: its descriptors are closed, its memory is gone.
void AwaitDeath(const Process& process) {
  const std::int32_t real_pid = process.real_pid;
  // Only a parent can wait in one call.
  constexpr int kIsStillToBeReaped = WEXITED | WNOWAIT | __WALL;
  if (process.parent == TheExecution().this_process &&
      SystemCall(SYS_waitid, P_PID, real_pid, 0, kIsStillToBeReaped, 0) == 0) {
    return;
  }
  IsDead(real_pid, -1);
}

// Lets `index` go on, and waits for this process's turn. Meanwhile it may fall to this process to say who is next,
// because another one has ended.
void AwaitTurn() {
  Execution& execution = TheExecution();
  std::uint32_t* const word = &execution.processes[execution.this_process].turn;
  for (;;) {
    while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0) {
      const timespec patience = {0, 500'000'000};
      if (SystemCall(SYS_futex, word, FUTEX_WAIT, 0, &patience) != -ETIMEDOUT) continue;
      // Nobody outlives the explorer; and a process that was killed from outside cannot hand over.
      if (!IsRootProcess()) {
        if (IsDead(execution.processes[kRootProcess].real_pid, 0)) SystemCall(SYS_exit_group, 1);
      } else if (execution.running_process != kRootProcess &&
                 IsDead(execution.processes[execution.running_process].real_pid, 0) &&
                 __atomic_load_n(word, __ATOMIC_SEQ_CST) == 0) {
        if (execution.joining.process != kNoProcess) {
          ReportUncontrolled("a program that was executed ends before its main begins");
        }
        SystemCall(SYS_exit_group, kEngineFailureStatus);
      }
    }
    *word = 0;
    execution.running_process = execution.this_process;
    if (__builtin_expect(execution.has_other_images, 0)) TakeStrategies();
    if (execution.reports_stuck) ReportStuck();
    if (execution.ending_process == kNoProcess) return;
    AwaitDeath(execution.processes[execution.ending_process]);
    execution.ending_process = kNoProcess;
    if (execution.live_threads == 0) {
      execution.current = nullptr;
      if (IsRootProcess()) return;
      PassTurn(kRootProcess);
      continue;
    }
    const ThreadSlot next = ChooseNext();
    execution.current = &execution.threads[next];
    if (execution.current->process == execution.this_process) return;
    PassTurn(execution.current->process);
  }
}

void PinToOneProcessor() {
  unsigned processor = 0;
  if (SystemCall(SYS_getcpu, &processor, 0, 0) < 0 || processor >= 1024) return;
  unsigned long mask[1024 / 64] = {};
  mask[processor / 64] = 1ul << processor % 64;
  SystemCall(SYS_sched_setaffinity, 0, sizeof mask, mask);
}

// The thread is gone with its process.
void RemoveThread(Execution& execution, Thread& thread) {
  const ThreadSlot slot = thread.accessor.slot;
  execution.enabled.Remove(slot);
  execution.resting.Remove(slot);
  execution.sleeping.Remove(slot);
  execution.timed.Remove(slot);
  execution.dozing.Remove(slot);
  execution.descriptor_waiters.Remove(slot);
  execution.child_waiters.Remove(slot);
  execution.program_waiters.Remove(slot);
  if (execution.timers.servers.Contains(slot)) {
    execution.timers.servers.Remove(slot);
  } else if (thread.state == Thread::State::kLive) {
    --execution.live_threads;
  }
  thread.state = Thread::State::kFree;
  thread.is_detached = true;
}

bool OthersRun(const Execution& execution) {
  for (ProcessIndex i = 1; i < execution.process_count; ++i) {
    if (execution.processes[i].state == Process::State::kRunning) return true;
  }
  return false;
}

bool IsRootEnding(const Process& process) { return &process == &TheExecution().processes[kRootProcess]; }

// SIGCHLD. A parent that ignores it, and says so, need not wait: its children leave no zombies. Source: POSIX.1-2017,
// 2.4.3 and sigaction, SA_NOCLDWAIT.
void TellParent(Process& child) {
  const struct sigaction& action = TheExecution().processes[child.parent].signal_actions[SIGCHLD];
  if (action.sa_handler == SIG_IGN || (action.sa_flags & SA_NOCLDWAIT) != 0) child.state = Process::State::kFree;
  TheExecution().child_waiters.ForEach([&](ThreadSlot slot) {
    if (IsAwaited(TheExecution().threads[slot], child)) TheExecution().enabled.Add(slot);
  });
  if (action.sa_handler == SIG_IGN || action.sa_handler == SIG_DFL) return;
  siginfo_t info = {};
  info.si_signo = SIGCHLD;
  info.si_code = WIFSIGNALED(child.status) ? CLD_KILLED : CLD_EXITED;
  info.si_pid = child.pid;
  info.si_status = WIFSIGNALED(child.status) ? WTERMSIG(child.status) : WEXITSTATUS(child.status);
  SendToProcess(child.parent, info, child.end_clock);
}

// Who becomes the parent of its children: kNoProcess, if that is init. Source: prctl(2), PR_SET_CHILD_SUBREAPER.
ProcessIndex AdopterOfChildrenOf(const Process& process) {
  const Execution& execution = TheExecution();
  for (ProcessIndex at = process.parent; at != kNoProcess; at = execution.processes[at].parent) {
    const Process& ancestor = execution.processes[at];
    if (ancestor.adopts_orphans && ancestor.state == Process::State::kRunning) return at;
  }
  return kNoProcess;
}

// Init waits for every child that it gets. What is still to be told of a crash stays.
void LeaveToInit(Process& child) {
  child.parent = kNoProcess;
  if (child.state == Process::State::kEnded && child.crash_thread == kNoThread) child.state = Process::State::kFree;
}

// A thread that may stand for the parent of what another one forked; kNoThread if the process has none.
ThreadSlot AnyThreadOf(ProcessIndex process) {
  const Execution& execution = TheExecution();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.process == process && thread.state == Thread::State::kLive && !thread.is_ending) return slot;
  }
  return kNoThread;
}

void SendParentDeathSignal(ProcessIndex child, std::int32_t sender, const SyncClock& clock) {
  const Process& process = ProcessAt(child);
  if (process.parent_death_signal == 0 || process.state != Process::State::kRunning) return;
  siginfo_t info = {};
  info.si_signo = process.parent_death_signal;
  info.si_code = SI_USER;
  info.si_pid = sender;
  SignalProcess(child, info, clock);
}

// Its children get another parent, and the signal that they asked for.
void LeaveChildren(Process& process) {
  Execution& execution = TheExecution();
  const auto index = static_cast<ProcessIndex>(&process - execution.processes);
  const ProcessIndex adopter = AdopterOfChildrenOf(process);
  ProcessIndex children[Execution::kMaxProcesses];
  unsigned count = 0;
  for (ProcessIndex i = 1; i < execution.process_count; ++i) {
    Process& child = execution.processes[i];
    if (child.state == Process::State::kFree || child.parent != index) continue;
    children[count++] = i;
    if (adopter == kNoProcess) {
      LeaveToInit(child);
      continue;
    }
    child.parent = adopter;
    child.forked_by = AnyThreadOf(adopter);
    if (child.state == Process::State::kEnded) TellParent(child);
  }
  for (unsigned i = 0; i < count; ++i) SendParentDeathSignal(children[i], process.pid, process.end_clock);
}

// What the process and its parents, children and readers see of its end.
void NoteEnd(Process& process, int status) {
  Execution& execution = TheExecution();
  const auto index = static_cast<ProcessIndex>(&process - execution.processes);
  DeleteTimersOf(index);
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    Thread& thread = execution.threads[slot];
    if (thread.process != index || thread.state == Thread::State::kFree) continue;
    EndThreadWithProcess(process, thread);
  }
  process.program_pid = 0;
  for (std::uint32_t i = 0; i < execution.shadow.SharedObjectCount(); ++i) {
    SyncObject& object = execution.shadow.SharedObjectAt(i);
    if (object.waiting.Empty()) continue;
    for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
      if (execution.threads[slot].process == index) object.waiting.Remove(slot);
    }
  }
  for (int fd = 0; fd < process.descriptors.count; ++fd) RemoveDescriptorOf(process, fd, &process.end_clock);
  process.descriptors.count = 0;
  CheckTimersLeftBy(index);
  EndObjectsOf(index);
  process.state = Process::State::kEnded;
  process.status = status;
  process.ended_at = execution.step_count;
  LeaveChildren(process);
  if (execution.awaits_rest && !OthersRun(execution)) execution.enabled.Add(0);
  if (!IsRootEnding(process)) process.parent != kNoProcess ? TellParent(process) : LeaveToInit(process);
  ReleaseParent(process);
  NoteChange();
}

}  // namespace

std::size_t SharedSize() { return reinterpret_cast<std::uintptr_t>(&TheExecution().private_begin) - kExecutionAddress; }

void EndThreadWithProcess(Process& process, Thread& thread) {
  Execution& execution = TheExecution();
  process.end_clock.Join(thread.accessor.clock, execution.slots_in_use, &execution.shared_arena);
  if (thread.locks_held > 0) LeaveRobustMutexes(execution, thread);
  RemoveThread(execution, thread);
}

void ReleaseParent(Process& process) {
  if (process.vfork_waiter == kNoThread) return;
  Execution& execution = TheExecution();
  process.end_clock.JoinInto(&execution.threads[process.vfork_waiter].accessor.clock);
  execution.enabled.Add(process.vfork_waiter);
  process.vfork_waiter = kNoThread;
}

Process* FindProcess(std::int32_t pid) {
  Execution& execution = TheExecution();
  for (ProcessIndex i = 0; i < execution.process_count; ++i) {
    Process& process = execution.processes[i];
    if (!IsGone(process) && process.pid == pid) return &process;
  }
  return nullptr;
}

void PassTurn(ProcessIndex index) {
  Execution& execution = TheExecution();
  execution.running_process = index;
  Shared().hand_overs = Shared().hand_overs + 1;
  Wake(&execution.processes[index].turn);
}

void BeginProcesses() {
  Execution& execution = TheExecution();
  if (execution.process_count > 1) {
    for (ProcessIndex i = 1; i < execution.process_count; ++i) execution.processes[i].state = Process::State::kFree;
  }
  Process& root = execution.processes[kRootProcess];
  root.state = Process::State::kRunning;
  root.parent = kNoProcess;
  root.pid = kRootPid;
  // As a shell starts it: the leader of a group, in the shell's session.
  root.group = kRootPid;
  root.session = kRootPid - 1;
  root.parent_death_signal = 0;
  root.forked_by = kNoThread;
  root.adopts_orphans = false;
  root.status = 0;
  root.first_thread = 0;
  root.first_thread_id = 0;
  root.turn = 0;
  root.end_clock = SyncClock();
  root.crash_thread = kNoThread;
  root.may_crash = false;
  root.may_get_signal = 0;
  root.signals = nullptr;
  root.program_pid = 0;
  root.image = 0;
  root.vfork_waiter = kNoThread;
  if (root.signal_actions_changed) {
    std::memcpy(root.signal_actions, execution.initial_actions, sizeof root.signal_actions);
    root.signal_actions_changed = false;
  }
  execution.process_count = 1;
  execution.running_process = kRootProcess;
  execution.ending_process = kNoProcess;
  execution.child_waiters.Clear();
  execution.program_waiters.Clear();
  execution.has_programs = false;
  execution.has_other_images = false;
  execution.joining.process = kNoProcess;
  execution.has_processes = false;
  execution.reports_stuck = false;
  execution.awaits_rest = false;
  execution.switches_plainly = execution.fsgsbase;
}

void ShareExecution() {
  Execution& execution = TheExecution();
  execution.has_processes = true;
  execution.switches_plainly = false;
  if (execution.is_shared) return;
  const std::size_t size = SharedSize();
  std::int32_t& file = Shared().segments.execution;
  if (!EmptyMemoryFile(file, size)) file = kNoSegment;
  void* const memory = MapMemoryFile(file, 0, size);
  execution.is_shared = true;
  // Most of it was never touched and need not be copied.
  static constexpr std::uint64_t kZeros[kPageSize / 8] = {};
  for (std::size_t at = 0; at < size; at += kPageSize) {
    const auto* page = reinterpret_cast<const char*>(&execution) + at;
    if (std::memcmp(page, kZeros, kPageSize) != 0) std::memcpy(static_cast<char*>(memory) + at, page, kPageSize);
  }
  // In one step: at any moment there is an Execution.
  RC_CHECK(SystemCall(SYS_mremap, memory, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, kExecutionAddress) ==
           static_cast<long>(kExecutionAddress));
  SystemCall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  // Two processes of which one runs at a time hand over ten times as fast on one processor.
  PinToOneProcessor();
}

ProcessIndex NewProcess(ThreadSlot slot) {
  Execution& execution = TheExecution();
  ProcessIndex index = 1;
  while (index < execution.process_count && execution.processes[index].state != Process::State::kFree) ++index;
  if (index == Execution::kMaxProcesses) ReportUncontrolled("more than 63 child processes exist at once");
  if (index == execution.process_count) ++execution.process_count;
  const Thread& thread = execution.threads[slot];
  Process& process = execution.processes[index];
  process.state = Process::State::kRunning;
  process.parent = execution.this_process;
  process.status_was_seen = false;
  process.may_crash = (execution.faults_allowed & kCrashes) != 0;
  process.may_get_signal = 0;
  if (process.may_crash) ExpectInterruptions();
  process.pid = kRootPid + static_cast<std::int32_t>(thread.id);
  process.real_pid = 0;
  process.group = execution.processes[execution.this_process].group;
  process.session = execution.processes[execution.this_process].session;
  process.parent_death_signal = 0;
  process.forked_by = execution.current->accessor.slot;
  process.adopts_orphans = false;
  process.has_executed = false;
  process.status = 0;
  process.first_thread = slot;
  process.first_thread_id = thread.id;
  process.created_at = execution.step_count + 1;
  process.ended_at = 0;
  process.end_clock = SyncClock();
  process.turn = 0;
  process.crash_thread = kNoThread;
  process.signals = nullptr;
  process.program_pid = 0;
  process.has_joined = false;
  process.image = execution.processes[execution.this_process].image;
  process.vfork_waiter = kNoThread;
  process.spawn_error = 0;
  std::memcpy(process.signal_actions, execution.processes[execution.this_process].signal_actions,
              sizeof process.signal_actions);
  const DescriptorTable& from = execution.processes[execution.this_process].descriptors;
  process.descriptors.count = from.count;
  for (int fd = 0; fd < from.count; ++fd) {
    process.descriptors.entries[fd] = from.entries[fd];
    if (from.entries[fd].open_file != 0) ++execution.open_files.files[from.entries[fd].open_file - 1].descriptors;
  }
  CopyObjectsTo(index, execution.this_process);
  return index;
}

void BecomeProcess(ProcessIndex index, ThreadSlot forked_by) {
  Execution& execution = TheExecution();
  // Not by the table: the parent runs at the same time, and may have ended there.
  const bool is_of_the_first = IsRootProcess();
  execution.this_process = index;
  execution.exiting_thread = kNoThread;
  const ThreadSlot self = execution.processes[index].first_thread;
  // The other threads stayed behind; what the forking one holds, its copy holds.
  const auto follow = [&](SyncObject& object) {
    if (!object.waiting.Empty()) object.waiting.Clear();
    if (object.owner == forked_by) object.owner = self;
    if (object.holders.Contains(forked_by)) {
      object.holders.Remove(forked_by);
      object.holders.Add(self);
    }
  };
  for (std::uint32_t id = 1; id <= execution.shadow.ObjectCount(); ++id) follow(execution.shadow.ObjectById(id));
  // The first process is there as long as the explorer is. Any other may end before what it forked, which goes on; the
  // caretaker ends that if the explorer dies.
  if (is_of_the_first) SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  itimerval interval = {};
  interval.it_interval.tv_sec = 1;
  interval.it_value.tv_sec = 1;
  SystemCall(SYS_setitimer, ITIMER_VIRTUAL, &interval, 0);
  AwaitTurn();
}

void HandOverTo(Thread& next) {
  PassTurn(next.process);
  AwaitTurn();
}

void EndThisProcess(int status) {
  Execution& execution = TheExecution();
  Process& process = execution.processes[execution.this_process];
  PerformedOnThread(OperationKind::kProcessEnd, execution.threads[process.first_thread]);
  const ProcessIndex heir = process.parent != kNoProcess ? process.parent : kRootProcess;
  NoteEnd(process, status);
  execution.current = nullptr;
  execution.ending_process = execution.this_process;
  PassTurn(heir);
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    struct {
      void (*handler)(int);
      unsigned long flags;
      void (*restorer)();
      unsigned long mask;
    } action = {SIG_DFL, 0, nullptr, 0};
    SystemCall(SYS_rt_sigaction, signal, &action, 0, sizeof action.mask);
    unsigned long everything = 0;
    SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &everything, 0, sizeof everything);
    const unsigned long none[2] = {0, 0};
    SystemCall(SYS_setrlimit, 4 /* RLIMIT_CORE */, none);
    SystemCall(SYS_kill, SystemCall(SYS_getpid), signal);
  }
  SystemCall(SYS_exit_group, WEXITSTATUS(status));
  __builtin_trap();
}

void KillProcess(ProcessIndex index, int signal) {
  Execution& execution = TheExecution();
  Process& process = execution.processes[index];
  SystemCall(SYS_kill, process.real_pid, SIGKILL);
  AwaitDeath(process);
  NoteEnd(process, signal);
  RecheckDescriptors();
}

void LeaveChildrenOfThread(const Thread& thread) {
  Execution& execution = TheExecution();
  for (ProcessIndex i = 1; i < execution.process_count; ++i) {
    Process& child = execution.processes[i];
    if (child.state == Process::State::kFree || child.parent != thread.process) continue;
    if (child.forked_by != thread.accessor.slot) continue;
    child.forked_by = AnyThreadOf(thread.process);
    // The last thread's end is that of the process.
    if (child.forked_by == kNoThread) continue;
    SyncClock clock;
    clock.Assign(thread.accessor.clock, execution.slots_in_use, &execution.shared_arena);
    SendParentDeathSignal(i, ProcessAt(thread.process).pid, clock);
  }
}

void LeaveThreadOfProcess(Thread& self) {
  Execution& execution = TheExecution();
  LeaveChildrenOfThread(self);
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.process != self.process || thread.state != Thread::State::kLive) continue;
    if (!execution.timers.servers.Contains(slot)) GoOnWithAnother(self);
  }
  if (self.process == kRootProcess) EndRootProcess();
  EndThisProcess(0);
}

void EndRootProcess() {
  Execution& execution = TheExecution();
  if (!execution.has_processes) EndExecution();
  Thread& self = *execution.current;
  DescriptorTable& table = execution.processes[kRootProcess].descriptors;
  // Its descriptors go with a process.
  for (int fd = 0; fd < table.count; ++fd) {
    if (table.entries[fd].open_file != 0) SystemCall(SYS_close, fd);
  }
  NoteEnd(execution.processes[kRootProcess], 0);
  if (execution.live_threads == 0) EndExecution();
  RecheckDescriptors();
  GoOnWithAnother(self);
}

void EndProcesses() {
  Execution& execution = TheExecution();
  for (ProcessIndex i = 1; i < execution.process_count; ++i) {
    Process& process = execution.processes[i];
    if (process.state == Process::State::kRunning && process.real_pid > 0) {
      SystemCall(SYS_kill, process.real_pid, SIGKILL);
    }
  }
  int status;
  if (execution.has_programs) {
    // What a program started comes to this process when its parents are gone.
    for (long ended; (ended = SystemCall(SYS_wait4, -1, &status, __WALL | WNOHANG, 0)) >= 0;) {
      if (ended > 0) continue;
      EndUnknownChildren();
      SystemCall(SYS_wait4, -1, &status, __WALL, 0);
    }
  }
  while (SystemCall(SYS_wait4, -1, &status, __WALL, 0) > 0) {
  }
}

bool IsSharedObject(const SyncObject* object) {
  Execution& execution = TheExecution();
  return execution.shared_arena.Owns(object) || (object != nullptr && execution.arena.For(object) != &execution.arena);
}

const SyncObject* AwaitedObject(const Thread& thread) {
  if (thread.process == ThisProcess() || IsSharedObject(thread.waits_for)) return thread.waits_for;
  return nullptr;
}

bool IsAwaited(const Thread& waiter, const Process& child) {
  if (child.parent != waiter.process) return false;
  const std::int32_t named = waiter.waits_for_child;
  return named == -1 || named == child.pid || named == -child.group;
}

void WriteProcessName(Text& text, const Process& process) {
  if (process.pid == kRootPid) {
    text << "the first process";
  } else {
    text << "child process " << static_cast<std::uint32_t>(&process - TheExecution().processes);
  }
}

void AwaitOtherProcesses() {
  Execution& execution = TheExecution();
  if (!OthersRun(execution)) return;
  execution.awaits_rest = true;
  execution.enabled.Remove(0);
  Arrive(OperationKind::kThreadExit, 0);
  execution.awaits_rest = false;
}

void CheckLeftBehind() {
  Execution& execution = TheExecution();
  for (ProcessIndex i = 1; i < execution.process_count; ++i) {
    const Process& process = execution.processes[i];
    if (process.state == Process::State::kFree) continue;
    const bool runs = process.state == Process::State::kRunning;
    if (!runs && process.parent != kRootProcess) continue;
    FindingBuilder builder(runs ? FindingKind::kOrphanProcess : FindingKind::kZombieProcess);
    Text& message = builder.Message();
    message << "At the end of the test ";
    WriteProcessName(message, process);
    const Thread& thread = execution.threads[process.first_thread];
    if (runs) {
      message << " is still there, and nobody waits for it: ";
      WriteThreadName(message, thread);
      message << " waits for ";
      DescribeWait(message, thread);
      message << '.';
    } else {
      message << " has ended, but its parent never waited for it: it stays a zombie.";
    }
    char unused[1];
    Text role(unused);
    if (builder.AddStackOfStep(FindStep(process.created_at), &role)) {
      WriteProcessName(role, process);
      role << " was started here";
    }
    if (runs) builder.AddStackOf(thread) << "what it is doing";
    builder.Report();
  }
}

void CrashThisProcess(int signal, const char* how) {
  Execution& execution = TheExecution();
  const Thread& self = *execution.current;
  Process& process = execution.processes[execution.this_process];
  Text message(process.crash_message);
  WriteThreadName(message, self);
  message << ", in ";
  WriteProcessName(message, process);
  message << ", " << how << '.';
  process.crash_thread = self.accessor.slot;
  process.crash_stack.count = 0;
  if (execution.records) CaptureStack(&process.crash_stack);
  EndThisProcess(signal);
}

void CheckCrashes() {
  Execution& execution = TheExecution();
  for (ProcessIndex i = 1; i < execution.process_count; ++i) {
    const Process& process = execution.processes[i];
    if (process.crash_thread == kNoThread || process.status_was_seen) continue;
    FindingBuilder builder(FindingKind::kCrash);
    builder.Message() << process.crash_message << " Nobody looked at how it ended.";
    Text role = builder.AddStack(process.crash_thread, process.ended_at, process.crash_stack);
    role << "crashes here";
    builder.Report();
  }
}

}  // namespace racecourse
