#include "framework/execution/caretaker.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#include "framework/core/text.h"
#include "framework/execution/file_undo.h"
#include "framework/execution/interruption.h"
#include "framework/execution/shared_mappings.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kStackSize = 1 << 17;
// Processes that do not end although they were killed so many times: the kernel waits for a device.
constexpr int kRoundsMax = 2'000;
constexpr timespec kPause = {0, 5'000'000};

// True if the process lives and belongs to the process group: a zombie, for which nobody may ever wait, does not live.
bool LivesInGroup(const char* process, std::int64_t group) {
  char path[64];
  Text(path) << "/proc/" << process << "/stat";
  const long file = SystemCall(SYS_open, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char text[512];
  const long size = SystemCall(SYS_read, file, text, sizeof text - 1);
  SystemCall(SYS_close, file);
  if (size <= 0) return false;
  text[size] = '\0';
  // "pid (name) state parent group …"; the name may hold anything but is followed by the last parenthesis.
  const char* at = std::strrchr(text, ')');
  if (at == nullptr || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X') return false;
  at = std::strchr(at + 4, ' ');
  if (at == nullptr) return false;
  std::int64_t found = 0;
  while (*++at >= '0' && *at <= '9') found = found * 10 + (*at - '0');
  return found == group;
}

bool AnybodyLivesInGroup(std::int64_t group) {
  const long folder = SystemCall(SYS_open, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  bool anybody = false;
  alignas(8) char buffer[4096];
  for (long size; !anybody && (size = SystemCall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0;) {
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      at += entry->d_reclen;
      const bool is_process = entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
      anybody |= is_process && LivesInGroup(entry->d_name, group);
    }
  }
  SystemCall(SYS_close, folder);
  return anybody;
}

}  // namespace

Caretaker::Caretaker() : supervisor_(getpid()) {
  // Not by mmap, which is the program's: its states are not compared once it has mapped memory.
  const long stack =
      SystemCall(SYS_mmap, 0, kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack < 0) return;
  stack_ = reinterpret_cast<char*>(stack);
  SystemCall(SYS_madvise, stack_, kStackSize, MADV_DONTFORK);
  // It never runs a handler: it has the supervisor's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  process_ = clone(&Run, stack_ + kStackSize, CLONE_VM, this);
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

Caretaker::~Caretaker() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    SystemCall(SYS_wait4, process_, 0, __WALL, 0);
  }
  if (stack_ != nullptr) SystemCall(SYS_munmap, stack_, kStackSize);
}

// Makes system calls only: libc's variables are the supervisor's.
int Caretaker::Run(void* caretaker) {
  const auto& self = *static_cast<const Caretaker*>(caretaker);
  SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
  // Not among those that a terminal, or who ends the supervisor's process group, reaches; and nobody's pipe is open
  // because of it.
  SystemCall(SYS_setsid);
  SystemCall(SYS_close_range, 0, ~0u, 0);
  const std::uint64_t death = SignalBit(SIGUSR1);
  while (SystemCall(SYS_getppid) == self.supervisor_) {
    SystemCall(SYS_rt_sigtimedwait, &death, 0, 0, sizeof death);
  }
  const std::int64_t explorer = self.explorer_;
  if (explorer != 0) {
    for (int i = 0; i < kRoundsMax; ++i) {
      SystemCall(SYS_kill, -explorer, SIGKILL);
      if (!AnybodyLivesInGroup(explorer)) break;
      SystemCall(SYS_nanosleep, &kPause, 0);
    }
    TheFileUndo().UndoAll();
    RemoveSharedMemoryOf(static_cast<std::int32_t>(explorer));
  }
  for (;;) SystemCall(SYS_exit_group, 0);
}

}  // namespace racecourse
