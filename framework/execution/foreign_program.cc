#include "framework/execution/foreign_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>


#include "framework/execution/descriptor_wait.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/joined_program.h"
#include "framework/execution/names.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/processes.h"
#include "framework/execution/program_family.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
// A program that runs longer than this without waiting is too much for an exploration.
constexpr std::int64_t kLongestRun = 60'000 * kMillisecond;
// Real time that passes for a program that sleeps while others could go on by letting virtual time pass, or by looking
// once more: at first enough to wake up in every execution alike, afterwards each time a little.
constexpr std::int64_t kLongNap = 1'000 * kMillisecond;
constexpr std::int64_t kShortNap = 20 * kMillisecond;
// … and when nobody else can go on: for programs whose system calls only others could end, because a timer of theirs
// may be invisible, and for those that wait for time.
constexpr std::int64_t kPatience = 2'000 * kMillisecond;
constexpr std::int64_t kPatienceInReplay = 500 * kMillisecond;
constexpr std::int64_t kLongestNap = 30'000 * kMillisecond;

void Stop(Family& family, std::int64_t program) {
  const std::int64_t begin = RealNanoseconds();
  for (;;) {
    SendToAll(family, SIGSTOP);
    family.Collect(program);
    if (Examine(family).is_stopped) return;
    const timespec pause = {0, 50'000};
    SystemCall(SYS_nanosleep, &pause, 0);
    if (RealNanoseconds() - begin > kLongestRun) ReportUncontrolled("a program that was executed cannot be stopped");
  }
}

// The program ends, or stands still: then it is stopped. `patience`: real time for something to happen if nothing does.
// Returns true with the status of wait() if it has ended. *moved: it did anything that others may notice.
bool RunUntilItStands(Process& process, std::int64_t patience, int* status, bool* moved) {
  Family family;
  family.Collect(process.program_pid);
  const std::int64_t begin = RealNanoseconds();
  SendToAll(family, SIGCONT);
  bool has_ended = false;
  std::int64_t pause_length = 100'000;
  for (;;) {
    if (!has_ended) has_ended = SystemCall(SYS_wait4, process.program_pid, status, WNOHANG, 0) == process.program_pid;
    // Those that ended without parents of their own.
    family.Collect(process.program_pid);
    for (std::uint32_t i = 1; i < family.count; ++i) {
      int unused;
      if (!IsKnown(family.members[i])) SystemCall(SYS_wait4, family.members[i], &unused, WNOHANG, 0);
    }
    const Condition first = Examine(family);
    if (has_ended && first.living == 0) {
      *moved = true;
      return true;
    }
    const std::int64_t waited = RealNanoseconds() - begin;
    if (!first.runs && (has_ended || first.living > 0)) {
      Family again;
      again.Collect(process.program_pid);
      const Condition second = Examine(again);
      // The marks alone do not tell: a member that wakes and closes its files after its marks were read is on its way.
      if (!second.runs && second.marks == first.marks && second.activity == first.activity &&
          again.count == family.count) {
        if (has_ended && second.living == 0) continue;
        *moved = second.activity != process.program_activity;
        const bool sleeps = (patience == kPatience || *moved || waited >= patience) && MayWaitForTime(again);
        const std::int64_t limit = patience == kPatience && sleeps ? kLongestNap : patience;
        if (*moved || waited >= limit) {
          if (has_ended) {
            EndUnknownChildren();
            ReportUncontrolled("a program that was executed ends and leaves a process of its own behind, which waits");
          }
          process.program_activity = second.activity;
          process.program_sleeps = sleeps;
          if (limit == kLongestNap && !*moved) {
            ReportUncontrolled("a program that was executed waits for time, and nobody else can go on, for 30 seconds");
          }
          Stop(again, process.program_pid);
          return false;
        }
      }
    }
    if (waited > kLongestRun) ReportUncontrolled("a program that was executed runs for more than 60 seconds");
    Shared().hand_overs = Shared().hand_overs + 1;  // the supervisor sees that the engine lives
    const timespec pause = {0, pause_length};
    SystemCall(SYS_nanosleep, &pause, 0);
    if (pause_length < 2 * kMillisecond) pause_length += pause_length / 2;
  }
}

struct KernelAction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  unsigned long mask;
};

// In the child that the kernel made: everything is as exec finds it, and the engine's own is gone.
[[noreturn]] void StartImage(const ProgramImage& image, const Process& process, std::uint64_t mask, int report) {
  SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  for (int signal = 1; signal <= kSignalsMax; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    const KernelAction action = {process.signal_actions[signal].sa_handler == SIG_IGN ? SIG_IGN : SIG_DFL, 0, nullptr,
                                 0};
    SystemCall(SYS_rt_sigaction, signal, &action, 0, sizeof action.mask);
  }
  SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
  const InheritedFiles& inherited = TheExecution().inherited_files;
  if (inherited.HasSaved()) {
    constexpr unsigned kCloseOnExec = 1 << 2;
    SystemCall(SYS_close_range, inherited.ReservedBegin(), inherited.ReservedEnd() - 1, kCloseOnExec);
  }
  long result;
  if (image.descriptor >= 0) {
    result =
        SystemCall(SYS_execveat, image.descriptor, "", image.arguments, image.environment, 0x1000 /* AT_EMPTY_PATH */);
  } else {
    result = SystemCall(SYS_execve, image.path, image.arguments, image.environment);
  }
  const int error = static_cast<int>(-result);
  SystemCall(SYS_write, report, &error, sizeof error);
  for (;;) SystemCall(SYS_exit_group, 127);
}

// Starts the program as a child of this process. Returns its process id, or a negated error number.
long StartProgram(const ProgramImage& image, const Process& process, std::uint64_t mask) {
  int ends[2];
  const long piped = SystemCall(SYS_pipe2, ends, O_CLOEXEC);
  if (piped < 0) return piped;
  // Above everything that the program knows.
  const long report = SystemCall(SYS_fcntl, ends[1], F_DUPFD_CLOEXEC, 512);
  SystemCall(SYS_close, ends[1]);
  if (report < 0) {
    SystemCall(SYS_close, ends[0]);
    return report;
  }
  unsigned long everything = ~0ul;
  unsigned long before = 0;
  SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &everything, &before, sizeof everything);
  const long child = SystemCall(SYS_fork);
  if (child == 0) StartImage(image, process, mask, static_cast<int>(report));
  SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof before);
  SystemCall(SYS_close, report);
  int error = 0;
  long got = 0;
  if (child > 0) got = SystemCall(SYS_read, ends[0], &error, sizeof error);
  SystemCall(SYS_close, ends[0]);
  if (child < 0) return child;
  if (got != sizeof error) return child;
  int status;
  SystemCall(SYS_wait4, child, &status, 0, 0);
  return -error;
}

// The program has what the process has, but for what closes on exec; the carrier has nothing.
void HandOverDescriptors(Process& process) {
  Execution& execution = TheExecution();
  for (int fd = 0; fd < process.descriptors.count; ++fd) {
    if (process.descriptors.entries[fd].open_file == 0) continue;
    const bool closes = (SystemCall(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC) != 0;
    SystemCall(SYS_close, fd);
    if (closes) {
      RemoveDescriptorOf(process, fd);
      continue;
    }
    // From here on nobody knows which bytes come from whom.
    const OpenFile& file = execution.open_files.files[process.descriptors.entries[fd].open_file - 1];
    for (const std::uint32_t channel : {file.incoming, file.outgoing}) {
      if (HasChannel(channel))
        ReleaseJoin(*execution.current, ChannelAt(channel).Blur(&execution.current->accessor.clock));
    }
  }
  execution.inherited_files.NoteChange();
}

// The program may have read everything that was there, and written what comes of it.
void PassOnKnowledge(Process& process) {
  Execution& execution = TheExecution();
  for (int pass = 0; pass < 2; ++pass) {
    for (int fd = 0; fd < process.descriptors.count; ++fd) {
      if (process.descriptors.entries[fd].open_file == 0) continue;
      OpenFile& file = execution.open_files.files[process.descriptors.entries[fd].open_file - 1];
      if (pass == 0) {
        NoteSeen(fd, file);
      } else if (HasChannel(file.outgoing)) {
        NoteSent(file, 0);
      }
    }
  }
}

// The program need not have kept what it got.
void DropClosedDescriptors(Process& process) {
  for (int fd = 0; fd < process.descriptors.count; ++fd) {
    if (process.descriptors.entries[fd].open_file == 0) continue;
    char path[64];
    Text(path) << "/proc/" << std::int64_t{process.program_pid} << "/fd/" << fd;
    char target[8];
    if (SystemCall(SYS_readlink, path, target, sizeof target) == -ENOENT) RemoveDescriptorOf(process, fd);
  }
}

// exec ends all threads but one.
void EndOtherThreads(Process& process, Thread& self) {
  Execution& execution = TheExecution();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    Thread& thread = execution.threads[slot];
    if (thread.process == self.process && thread.state != Thread::State::kFree && &thread != &self) {
      EndThreadWithProcess(process, thread);
      LeaveChildrenOfThread(thread);
    }
  }
}

[[noreturn]] void CarryProgram(Process& process) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  const ThreadSlot slot = self.accessor.slot;
  for (;;) {
    const std::int64_t patience = process.program_patience;
    process.program_patience = 0;
    int status = 0;
    bool moved = false;
    const bool has_ended = RunUntilItStands(process, patience, &status, &moved);
    if (moved || has_ended) {
      PassOnKnowledge(process);
      Performed(OperationKind::kProgramStep, nullptr, has_ended ? static_cast<std::uint32_t>(status) : 0xffffff);
      NoteChange();
    }
    if (has_ended) {
      process.program_pid = 0;
      if (!IsRootProcess()) EndThisProcess(status);
      EndProcessAtOnce(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    }
    if (moved) {
      DropClosedDescriptors(process);
      RecheckDescriptors();
    } else {
      process.program_had_nap_at = execution.step_count;
      process.program_was_awaited |= patience > kLongNap || patience == kPatienceInReplay;
      process.program_had_long_nap |= patience > kShortNap;
    }
    BeginWait(nullptr, kNever, false);
    execution.program_waiters.Add(slot);
    Arrive(OperationKind::kProgramStep, 0);
    execution.program_waiters.Remove(slot);
    EndWait(slot);
  }
}

}  // namespace

int BecomeProgram(const ProgramImage& image) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  Process& process = ProcessAt(ThisProcess());
  Arrive(OperationKind::kExec, 0);
  ShareExecution();
  if (CanJoin(image)) return BecomeJoinedProgram(image);
  const long started = StartProgram(image, process, self.signal_mask);
  if (execution.records) NoteOutcome(started < 0 ? "the program cannot be started" : "");
  Performed(OperationKind::kExec, nullptr, started < 0 ? static_cast<std::uint32_t>(-started) : 0);
  if (started < 0) return static_cast<int>(-started);
  SystemCall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  process.program_pid = static_cast<std::int32_t>(started);
  process.has_executed = true;
  process.program_activity = 0;
  process.program_patience = 0;
  process.program_had_nap_at = 0;
  process.program_was_awaited = false;
  process.program_had_long_nap = false;
  process.program_sleeps = false;
  execution.has_programs = true;
  Text(process.program_name) << (image.path != nullptr ? image.path : "a descriptor");
  EndOtherThreads(process, self);
  for (struct sigaction& action : process.signal_actions) {
    if (action.sa_handler != SIG_IGN) action = {};
  }
  process.signal_actions_changed = true;
  HandOverDescriptors(process);
  ReleaseJoin(self, &process.end_clock);
  ReleaseParent(process);
  RecheckDescriptors();
  NoteChange();
  CarryProgram(process);
}

void SignalProgram(Process& process, int signal) {
  if (signal == SIGSTOP || signal == SIGCONT || signal == SIGTSTP) {
    ReportEscape("kill that stops a program, or lets it go on");
  }
  SystemCall(SYS_kill, process.program_pid, signal);
  RecheckPrograms();
  NoteChange();
}

void RecheckPrograms() {
  Execution& execution = TheExecution();
  if (__builtin_expect(execution.program_waiters.Empty(), 1)) return;
  execution.enabled.AddAll(execution.program_waiters);
  execution.program_waiters.ForEach(
      [&](ThreadSlot slot) { ProcessAt(execution.threads[slot].process).program_was_awaited = false; });
}

bool LetProgramsMove(bool others_can) {
  Execution& execution = TheExecution();
  ThreadSlot chosen = kNoThread;
  const bool replays = Shared().order.mode == Order::Mode::kReplay;
  execution.program_waiters.ForEach([&](ThreadSlot slot) {
    Process& process = ProcessAt(execution.threads[slot].process);
    if (chosen != kNoThread || execution.enabled.Contains(slot)) return;
    if (others_can) {
      if (!process.program_sleeps || process.program_had_nap_at == execution.step_count) return;
      process.program_patience = process.program_had_long_nap ? kShortNap : kLongNap;
    } else {
      if (process.program_was_awaited) return;
      process.program_patience = replays && !process.program_sleeps ? kPatienceInReplay : kPatience;
    }
    chosen = slot;
  });
  if (chosen == kNoThread) return false;
  execution.enabled.Add(chosen);
  return true;
}

bool WaitsInProgram(const Thread& thread) { return TheExecution().program_waiters.Contains(thread.accessor.slot); }

void DescribeProgramWait(Text& text, const Thread& thread) {
  const Process& process = ProcessAt(thread.process);
  text << "the program " << process.program_name << ", which waits in the kernel";
  bool any = false;
  for (int fd = 0; fd < process.descriptors.count; ++fd) {
    const Descriptor& entry = process.descriptors.entries[fd];
    if (entry.open_file == 0) continue;
    text << (any ? ", " : " and has open ");
    any = true;
    WriteObjectName(text, *TheExecution().open_files.files[entry.open_file - 1].object);
    text << " (descriptor " << fd << ')';
  }
}

}  // namespace racecourse
