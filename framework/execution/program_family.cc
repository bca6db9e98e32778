#include "framework/execution/program_family.h"

#include <fcntl.h>
#include <signal.h>

#include <cstring>
#include <string_view>

#include "framework/core/text.h"
#include "framework/execution/execution.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

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

// A thread that has ended, or is about to be gone.
constexpr char kGone = '\0';

// The letter of proc(5) for what a thread does: S sleeps, T is stopped, R runs; kGone if it is not there any more.
char StateOf(std::int64_t process, std::int64_t task) {
  const ProcFile file(process, task, "stat");
  const std::size_t end = file.Get().rfind(')');
  if (end == std::string_view::npos || end + 2 >= file.Get().size()) return kGone;
  const char state = file.Get()[end + 2];
  return state == 'Z' || state == 'X' ? kGone : state;
}

void Mix(std::uint64_t& hash, std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 31); }

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

}  // namespace

bool IsKnown(std::int64_t real_pid) {
  const Execution& execution = TheExecution();
  for (ProcessIndex i = 0; i < execution.process_count; ++i) {
    const Process& process = execution.processes[i];
    if (process.state != Process::State::kFree && process.real_pid == real_pid) return true;
  }
  return false;
}

void Family::Collect(std::int64_t program) {
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

void Family::Add(std::int64_t member) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (members[i] == member) return;
  }
  if (count == kMax) ReportUncontrolled("a program that was executed starts more than 256 processes");
  members[count++] = member;
}

Condition Examine(const Family& family) {
  Condition condition;
  for (std::uint32_t i = 0; i < family.count; ++i) {
    const std::int64_t process = family.members[i];
    bool lives = false;
    ForEachNumberIn(process, "task", [&](std::int64_t task) {
      const char state = StateOf(process, task);
      if (state == kGone) return;
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

bool MayWaitForTime(const Family& family) {
  bool may = false;
  for (std::uint32_t i = 0; i < family.count && !may; ++i) {
    const std::int64_t process = family.members[i];
    ForEachNumberIn(process, "task", [&](std::int64_t task) {
      if (StateOf(process, task) == kGone) return;
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

void EndUnknownChildren() {
  ForEachChild(SystemCall(SYS_getpid), [](std::int64_t child) {
    if (!IsKnown(child)) SystemCall(SYS_kill, child, SIGKILL);
  });
}

}  // namespace racecourse
