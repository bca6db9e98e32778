// Process groups and sessions, as the program sees them: the numbers are virtual, like process ids, and the kernel's
// own group is that of the explorer, which ends what is left by it. A program begins as a shell starts it: its first
// process leads a group, in the session of the shell. No process has a terminal that controls it.
// Source: POSIX.1-2017, setpgid, setsid, getpgid, getsid, killpg, daemon(3).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr pid_t kShell = kRootPid - 1;

int Fail(int error) {
  errno = error;
  return -1;
}

Process* ProcessOf(pid_t pid) { return pid == 0 ? &ProcessAt(ThisProcess()) : FindProcess(pid); }

bool IsGroupOf(pid_t group, pid_t session) {
  Execution& execution = TheExecution();
  for (ProcessIndex i = 0; i < execution.process_count; ++i) {
    const Process& process = execution.processes[i];
    if (!IsGone(process) && process.group == group && process.session == session) return true;
  }
  return group == kShell && session == kShell;
}

void Note(const Process& process, pid_t group, int error) {
  if (!TheExecution().records) return;
  char outcome[96];
  Text text(outcome);
  if (error != 0) {
    text << "fails with " << strerrorname_np(error);
  } else {
    WriteProcessName(text, process);
    text << " is in process group " << std::int64_t{group} << " now";
  }
  NoteOutcome(outcome);
}

int JoinGroup(pid_t pid, pid_t group) {
  if (group < 0) return Fail(EINVAL);
  Arrive(OperationKind::kProcessGroup, 0);
  Process& self = ProcessAt(ThisProcess());
  Process* const process = ProcessOf(pid);
  int error = 0;
  if (process == nullptr) {
    error = ESRCH;
  } else if (process != &self) {
    if (process->parent != ThisProcess()) {
      error = ESRCH;
    } else if (process->session != self.session) {
      error = EPERM;
    } else if (process->has_executed) {
      error = EACCES;
    }
  }
  if (error == 0) {
    if (group == 0) group = process->pid;
    const bool leads_session = process->session == process->pid;
    if (leads_session || (group != process->pid && !IsGroupOf(group, self.session))) error = EPERM;
  }
  if (error == 0 && process->group != group) {
    process->group = group;
    NoteChange();
  }
  Note(process != nullptr ? *process : self, group, error);
  Performed(OperationKind::kProcessGroup, nullptr, static_cast<std::uint32_t>(error));
  return error == 0 ? 0 : Fail(error);
}

pid_t BeginSession() {
  Arrive(OperationKind::kProcessGroup, 0);
  Execution& execution = TheExecution();
  Process& self = ProcessAt(ThisProcess());
  int error = 0;
  for (ProcessIndex i = 0; i < execution.process_count; ++i) {
    const Process& other = execution.processes[i];
    if (!IsGone(other) && other.group == self.pid) error = EPERM;
  }
  if (error == 0) {
    self.group = self.session = self.pid;
    NoteChange();
  }
  Note(self, self.group, error);
  Performed(OperationKind::kProcessGroup, nullptr, static_cast<std::uint32_t>(error));
  return error == 0 ? self.pid : Fail(error);
}

// Of the process: the number that `member` holds.
pid_t Look(pid_t pid, std::int32_t Process::* member) {
  Arrive(OperationKind::kProcessLook, 0);
  const Process* const process = ProcessOf(pid);
  const pid_t result = process != nullptr ? process->*member : pid == kShell ? kShell : -1;
  Performed(OperationKind::kProcessLook, nullptr, static_cast<std::uint32_t>(result));
  return result < 0 ? Fail(ESRCH) : result;
}

// The parent is gone, the child goes on alone. Source: daemon(3).
int BecomeDaemon(bool stays_in_folder, bool keeps_streams) {
  const pid_t child = fork();
  if (child < 0) return -1;
  if (child > 0) _exit(0);
  if (setsid() < 0) return -1;
  if (!stays_in_folder && chdir("/") < 0) return -1;
  if (keeps_streams) return 0;
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) return -1;
  for (const int stream : {0, 1, 2}) {
    if (dup2(null, stream) < 0) return -1;
  }
  if (null > 2) close(null);
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int setpgid(pid_t pid, pid_t group) noexcept {
  if (!IsControlled()) return RC_REAL(setpgid)(pid, group);
  return JoinGroup(pid, group);
}
RC_INTERPOSE int setpgrp() noexcept {
  if (!IsControlled()) return RC_REAL(setpgrp)();
  return JoinGroup(0, 0);
}
RC_INTERPOSE pid_t getpgid(pid_t pid) noexcept {
  if (!IsControlled()) return RC_REAL(getpgid)(pid);
  return Look(pid, &Process::group);
}
extern "C" pid_t __getpgid(pid_t pid) noexcept;
RC_INTERPOSE pid_t __getpgid(pid_t pid) noexcept {
  if (!IsControlled()) return RC_REAL(__getpgid)(pid);
  return Look(pid, &Process::group);
}
RC_INTERPOSE pid_t getpgrp() noexcept {
  if (!IsControlled()) return RC_REAL(getpgrp)();
  return Look(0, &Process::group);
}
RC_INTERPOSE pid_t setsid() noexcept {
  if (!IsControlled()) return RC_REAL(setsid)();
  return BeginSession();
}
RC_INTERPOSE pid_t getsid(pid_t pid) noexcept {
  if (!IsControlled()) return RC_REAL(getsid)(pid);
  return Look(pid, &Process::session);
}
RC_INTERPOSE int killpg(pid_t group, int signal) noexcept {
  if (!IsControlled()) return RC_REAL(killpg)(group, signal);
  if (group < 0) return Fail(EINVAL);
  return kill(-group, signal);
}
RC_INTERPOSE int daemon(int stays_in_folder, int keeps_streams) noexcept {
  if (!IsControlled()) return RC_REAL(daemon)(stays_in_folder, keeps_streams);
  return BecomeDaemon(stays_in_folder != 0, keeps_streams != 0);
}
