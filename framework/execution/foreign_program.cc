#include "framework/execution/foreign_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "framework/execution/descriptor_wait.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/names.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/processes.h"
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

// A small file under /proc, read at once. Empty if it cannot be read.
class ProcFile {
 public:
  ProcFile(std::int64_t process, std::int64_t task, const char* name) {
    char path[96];
    Text text(path);
    text << "/proc/" << process;
    if (task != 0) text << "/task/" << task;
    text << '/' << name;
    const long file = SystemCall(SYS_open, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    is_there_ = true;
    for (;;) {
      const long got = SystemCall(SYS_read, file, text_ + size_, sizeof text_ - size_);
      if (got <= 0) break;
      size_ += static_cast<std::size_t>(got);
    }
    SystemCall(SYS_close, file);
  }
  bool IsThere() const { return is_there_; }
  std::string_view Get() const { return {text_, size_}; }

 private:
  char text_[4096];
  std::size_t size_ = 0;
  bool is_there_ = false;
};

// The number after `name` in lines of "name: number"; 0 if there is none.
std::uint64_t NumberAfter(std::string_view text, std::string_view name, unsigned base = 10) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return 0;
  std::size_t next = text.find_first_not_of(" \t:", at + name.size());
  std::uint64_t value = 0;
  for (; next < text.size(); ++next) {
    const char c = text[next];
    const unsigned digit = c >= '0' && c <= '9'   ? unsigned(c - '0')
                           : c >= 'a' && c <= 'f' ? unsigned(c - 'a' + 10)
                                                  : 99;
    if (digit >= base) break;
    value = value * base + digit;
  }
  return value;
}

// Calls visit(number) for each entry of the folder /proc/`process`/`name` that is a number.
template <typename Visit>
void ForEachNumberIn(std::int64_t process, const char* name, Visit visit) {
  char path[64];
  Text(path) << "/proc/" << process << '/' << name;
  const long folder = SystemCall(SYS_open, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  alignas(8) char entries[4096];
  for (;;) {
    const long got = SystemCall(SYS_getdents64, folder, entries, sizeof entries);
    if (got <= 0) break;
    for (long at = 0; at < got;) {
      // struct linux_dirent64: inode, offset, length of the record, type, name.
      std::uint16_t length;
      std::memcpy(&length, entries + at + 16, sizeof length);
      const char* entry = entries + at + 19;
      at += length;
      if (*entry < '0' || *entry > '9') continue;
      std::int64_t number = 0;
      for (; *entry != '\0'; ++entry) number = number * 10 + (*entry - '0');
      visit(number);
    }
  }
  SystemCall(SYS_close, folder);
}

// Calls visit(pid) for each child process of any thread of `process`.
template <typename Visit>
void ForEachChild(std::int64_t process, Visit visit) {
  ForEachNumberIn(process, "task", [&](std::int64_t task) {
    const ProcFile file(process, task, "children");
    std::int64_t number = 0;
    bool is_number = false;
    for (const char c : file.Get()) {
      if (c >= '0' && c <= '9') {
        number = number * 10 + (c - '0');
        is_number = true;
        continue;
      }
      if (is_number) visit(number);
      number = 0;
      is_number = false;
    }
    if (is_number) visit(number);
  });
}

// A process of the kernel's that the table of processes has an entry for.
bool IsKnown(std::int64_t real_pid) {
  const Execution& execution = TheExecution();
  for (ProcessIndex i = 0; i < execution.process_count; ++i) {
    const Process& process = execution.processes[i];
    if (process.state != Process::State::kFree && process.real_pid == real_pid) return true;
  }
  return false;
}

// The program and all processes that came from it.
struct Family {
  static constexpr std::uint32_t kMax = 256;
  std::int64_t members[kMax];
  std::uint32_t count = 0;

  void Collect(std::int64_t program) {
    count = 0;
    Add(program);
    // Those whose own parents have ended are the carrier's children now.
    ForEachChild(SystemCall(SYS_getpid), [&](std::int64_t child) {
      if (!IsKnown(child)) Add(child);
    });
    for (std::uint32_t i = 0; i < count; ++i) {
      ForEachChild(members[i], [&](std::int64_t child) { Add(child); });
    }
  }

 private:
  void Add(std::int64_t member) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (members[i] == member) return;
    }
    if (count == kMax) ReportUncontrolled("a program that was executed starts more than 256 processes");
    members[count++] = member;
  }
};

// What the threads of a family are at.
struct Condition {
  bool runs = false;           // one of them, or it is not known
  bool is_stopped = true;      // all of them
  std::uint32_t living = 0;    // processes
  std::uint64_t marks = 0;     // changes when one of them ran
  std::uint64_t activity = 0;  // changes when one of them read or wrote, opened or closed, started a process or ended
};

void Mix(std::uint64_t& hash, std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 31); }

Condition Examine(const Family& family) {
  Condition condition;
  for (std::uint32_t i = 0; i < family.count; ++i) {
    const std::int64_t process = family.members[i];
    bool lives = false;
    ForEachNumberIn(process, "task", [&](std::int64_t task) {
      const ProcFile file(process, task, "stat");
      const std::size_t end = file.Get().rfind(')');
      if (end == std::string_view::npos || end + 2 >= file.Get().size()) return;
      const char state = file.Get()[end + 2];
      if (state == 'Z' || state == 'X') return;
      lives = true;
      condition.is_stopped &= state == 'T';
      if (state != 'S' && state != 'T') {
        condition.runs = true;
        return;
      }
      const ProcFile status(process, task, "status");
      Mix(condition.marks, static_cast<std::uint64_t>(task));
      Mix(condition.marks, NumberAfter(status.Get(), "\nvoluntary_ctxt_switches"));
      Mix(condition.marks, NumberAfter(status.Get(), "\nnonvoluntary_ctxt_switches"));
    });
    if (!lives) continue;
    ++condition.living;
    Mix(condition.activity, static_cast<std::uint64_t>(process));
    const ProcFile io(process, 0, "io");
    Mix(condition.activity, NumberAfter(io.Get(), "rchar"));
    Mix(condition.activity, NumberAfter(io.Get(), "wchar"));
    ForEachNumberIn(process, "fd",
                    [&](std::int64_t fd) { Mix(condition.activity, static_cast<std::uint64_t>(fd) + 1); });
  }
  return condition;
}

// True if the system call of `number` with these arguments returns only when somebody else does something.
bool WaitsForOthers(std::uint64_t number, const std::uint64_t (&arguments)[6]) {
  switch (number) {
    case SYS_read:
    case SYS_write:
    case SYS_readv:
    case SYS_writev:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_accept:
    case SYS_accept4:
    case SYS_connect:
    case SYS_open:
    case SYS_openat:
    case SYS_wait4:
    case SYS_waitid:
    case SYS_pause:
    case SYS_rt_sigsuspend:
    case SYS_flock:
    case SYS_splice:
    case SYS_copy_file_range:
      return true;
    case SYS_poll:
      return static_cast<std::int32_t>(arguments[2]) < 0;
    case SYS_ppoll:
      return arguments[2] == 0;
    case SYS_select:
    case SYS_pselect6:
      return arguments[4] == 0;
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
      return static_cast<std::int32_t>(arguments[3]) < 0;
    case SYS_futex:
      return arguments[3] == 0;
    default:
      return false;
  }
}

// True if a thread of the family may go on because time passes: it sleeps, or has a timer, or that is not known.
bool MayWaitForTime(const Family& family) {
  bool may = false;
  for (std::uint32_t i = 0; i < family.count && !may; ++i) {
    const std::int64_t process = family.members[i];
    ForEachNumberIn(process, "task", [&](std::int64_t task) {
      const ProcFile stat(process, task, "stat");
      const std::size_t end = stat.Get().rfind(')');
      if (end == std::string_view::npos || stat.Get()[end + 2] == 'Z' || stat.Get()[end + 2] == 'X') return;
      const ProcFile call(process, task, "syscall");
      std::uint64_t values[7] = {};
      std::string_view rest = call.Get();
      if (rest.empty() || rest[0] < '0' || rest[0] > '9') {
        may = true;
        return;
      }
      values[0] = NumberAfter(rest, "");
      for (int k = 1; k < 7; ++k) {
        const std::size_t at = rest.find("0x");
        if (at == std::string_view::npos) break;
        rest.remove_prefix(at + 2);
        values[k] = NumberAfter(rest, "", 16);
      }
      const std::uint64_t arguments[6] = {values[1], values[2], values[3], values[4], values[5], values[6]};
      may |= !WaitsForOthers(values[0], arguments);
    });
    const ProcFile status(process, 0, "status");
    may |= (NumberAfter(status.Get(), "\nSigCgt", 16) & SignalBit(SIGALRM)) != 0;
    may |= !ProcFile(process, 0, "timers").Get().empty();
  }
  return may;
}

void SendToAll(const Family& family, int signal) {
  for (std::uint32_t i = 0; i < family.count; ++i) SystemCall(SYS_kill, family.members[i], signal);
}

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
      if (!second.runs && second.marks == first.marks && again.count == family.count) {
        if (has_ended && second.living == 0) continue;
        *moved = second.activity != process.program_activity;
        const std::int64_t limit = patience == kPatience && MayWaitForTime(again) ? kLongestNap : patience;
        if (*moved || waited >= limit) {
          if (has_ended) {
            EndUnknownChildren();
            ReportUncontrolled("a program that was executed ends and leaves a process of its own behind, which waits");
          }
          process.program_activity = second.activity;
          process.program_sleeps = MayWaitForTime(again);
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
        NoteSeen(file);
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
  const long started = StartProgram(image, process, self.signal_mask);
  if (execution.records) NoteOutcome(started < 0 ? "the program cannot be started" : "");
  Performed(OperationKind::kExec, nullptr, started < 0 ? static_cast<std::uint32_t>(-started) : 0);
  if (started < 0) return static_cast<int>(-started);
  SystemCall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  process.program_pid = static_cast<std::int32_t>(started);
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

void EndUnknownChildren() {
  ForEachChild(SystemCall(SYS_getpid), [](std::int64_t child) {
    if (!IsKnown(child)) SystemCall(SYS_kill, child, SIGKILL);
  });
}

}  // namespace racecourse
