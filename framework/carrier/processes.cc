// fork, wait and the ids of processes. A program's child is one of the operating system's, which goes on when the
// itinerary says so; its exit, too, is an operation. Ids are those that the engine makes up.

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/descriptors.h"
#include "framework/carrier/interceptor.h"
#include "framework/core/process_ids.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

RC_WEAKLY(fork)
RC_WEAKLY(_Fork)
RC_WEAKLY(wait)
RC_WEAKLY(wait3)
RC_WEAKLY(wait4)
RC_WEAKLY(waitpid)
RC_WEAKLY(waitid)

namespace {

using State = Crew::Process::State;

// What pthread_atfork registered while an itinerary is followed. libc would call a child's before it is its turn.
struct ForkHandlers {
  void (*prepare)();
  void (*parent)();
  void (*child)();
};
constexpr unsigned kForkHandlersMax = 64;
ForkHandlers fork_handlers[kForkHandlersMax];
unsigned fork_handler_count;

pid_t PidOf(const Crew::Process& process) { return kRootPid + static_cast<pid_t>(process.first_carrier); }

pid_t Fork(bool runs_handlers) {
  Arrive(OperationKind::kFork);
  for (unsigned i = fork_handler_count; i-- > 0;) {
    if (runs_handlers && fork_handlers[i].prepare != nullptr) fork_handlers[i].prepare();
  }
  const std::uint32_t number = NewProcess();
  Suspend();  // what fork does is no operation of the program's
  const pid_t real = RC_BEHIND(fork)();
  if (real < 0) Refuse("fork, when the machine cannot start one more process");
  if (real == 0) {
    const bool has_own_timers = ForgetTimers();
    BecomeProcess(number);
    if (!has_own_timers) Refuse("fork beside a timerfd");
    Resume();
    for (unsigned i = 0; i < fork_handler_count; ++i) {
      if (runs_handlers && fork_handlers[i].child != nullptr) fork_handlers[i].child();
    }
    return 0;
  }
  NoteProcess(number, real);
  NoteThreadHandle(number, ThisCarrier(), 0);
  Resume();
  for (unsigned i = 0; i < fork_handler_count; ++i) {
    if (runs_handlers && fork_handlers[i].parent != nullptr) fork_handlers[i].parent();
  }
  return PidOf(TheCrew().processes[TheCrew().carriers[number].process]);
}

bool HasChild(pid_t pid) {
  const Crew& crew = TheCrew();
  for (std::uint32_t i = 0; i < crew.process_count; ++i) {
    const Crew::Process& process = crew.processes[i];
    if (process.parent != ThisProcess() || process.state == State::kReaped) continue;
    if (pid <= 0 || PidOf(process) == pid) return true;
  }
  return false;
}

// The child that the engine found, null with errno as waitpid has it if there was none.
Crew::Process* AwaitChild(pid_t pid, int options) {
  if (pid < -1 || (options & (WUNTRACED | WCONTINUED)) != 0) Refuse("waitpid for stopped children or for groups");
  const bool may_wait = (options & WNOHANG) == 0 && HasChild(pid);
  std::uint8_t outcome;
  do {
    outcome = Arrive(OperationKind::kWaitForChild).outcome;
  } while (outcome == Arrival::kNoOutcome && may_wait);
  if (outcome == Arrival::kChildrenMax) Refuse("wait for a child with so high a number");
  errno = HasChild(pid) ? 0 : ECHILD;
  if (outcome == 0 || outcome == Arrival::kNoOutcome) return nullptr;
  Crew& crew = TheCrew();
  for (std::uint32_t i = 0; i < crew.process_count; ++i) {
    Crew::Process& process = crew.processes[i];
    if (process.first_carrier == outcome && process.parent == ThisProcess() && process.state != State::kReaped) {
      return &process;
    }
  }
  Refuse("wait for a child that is not there");
}

pid_t Wait(pid_t pid, int* status, int options) {
  Crew::Process* const child = AwaitChild(pid, options);
  if (child == nullptr) return errno == 0 ? 0 : -1;
  child->state = State::kReaped;
  while (RC_BEHIND(waitpid)(child->real_pid, status, __WALL) < 0 && errno == EINTR) {
  }
  return PidOf(*child);
}

int WaitFor(idtype_t type, id_t id, siginfo_t* info, int options) {
  if ((type != P_ALL && type != P_PID) || (options & WEXITED) == 0 || (options & (WSTOPPED | WCONTINUED)) != 0) {
    Refuse("waitid for anything but the end of a child");
  }
  Crew::Process* const child = AwaitChild(type == P_PID ? static_cast<pid_t>(id) : -1, options & WNOHANG);
  if (child == nullptr) {
    if (errno == 0 && info != nullptr) info->si_pid = 0;
    return errno == 0 ? 0 : -1;
  }
  siginfo_t seen = {};
  if ((options & WNOWAIT) == 0) child->state = State::kReaped;
  while (SystemCall(SYS_waitid, P_PID, child->real_pid, &seen, WEXITED | (options & WNOWAIT) | __WALL, 0) == -EINTR) {
  }
  if (info == nullptr) return 0;
  *info = {};
  info->si_signo = SIGCHLD;
  info->si_pid = PidOf(*child);
  info->si_code = seen.si_code == CLD_EXITED ? CLD_EXITED : CLD_KILLED;
  info->si_status = seen.si_status;
  info->si_uid = getuid();
  return 0;
}

}  // namespace

// No header declares it.
extern "C" int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(), void* library) noexcept;

RC_CARRY int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(), void* library) noexcept {
  if (!IsFollowing()) {
    return reinterpret_cast<decltype(&__register_atfork)>(dlsym(RTLD_NEXT, "__register_atfork"))(prepare, parent, child,
                                                                                                 library);
  }
  if (fork_handler_count == kForkHandlersMax) return ENOMEM;
  fork_handlers[fork_handler_count++] = {prepare, parent, child};
  return 0;
}
RC_CARRY pid_t fork() noexcept {
  if (!IsFollowing()) return RC_BEHIND(fork)();
  return Fork(true);
}
// As under the engine the child gets a copy of the memory.
RC_CARRY pid_t vfork() noexcept {
  if (!IsFollowing()) return RC_BEHIND(fork)();
  const pid_t child = Fork(false);
  if (child > 0) Arrive(OperationKind::kWaitForChild);
  return child;
}
RC_CARRY pid_t wait(int* status) {
  if (!IsFollowing()) return RC_BEHIND(wait)(status);
  return Wait(-1, status, 0);
}
RC_CARRY pid_t waitpid(pid_t pid, int* status, int options) {
  if (!IsFollowing()) return RC_BEHIND(waitpid)(pid, status, options);
  return Wait(pid, status, options);
}
RC_CARRY pid_t wait3(int* status, int options, rusage* usage) noexcept {
  if (!IsFollowing()) return RC_BEHIND(wait3)(status, options, usage);
  if (usage != nullptr) *usage = {};
  return Wait(-1, status, options);
}
RC_CARRY pid_t wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
  if (!IsFollowing()) return RC_BEHIND(wait4)(pid, status, options, usage);
  if (usage != nullptr) *usage = {};
  return Wait(pid, status, options);
}
RC_CARRY int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  if (!IsFollowing()) return RC_BEHIND(waitid)(type, id, info, options);
  return WaitFor(type, id, info, options);
}
RC_CARRY pid_t _Fork() noexcept {
  if (!IsFollowing()) return RC_BEHIND(_Fork)();
  return Fork(false);
}
RC_CARRY pid_t getpid() noexcept {
  if (!IsFollowing()) return static_cast<pid_t>(SystemCall(SYS_getpid));
  return PidOf(TheCrew().processes[ThisProcess()]);
}
RC_CARRY pid_t getppid() noexcept {
  if (!IsFollowing()) return static_cast<pid_t>(SystemCall(SYS_getppid));
  if (!IsChildProcess()) return kRootPid - 1;
  Arrive(OperationKind::kProcessLook);
  const std::uint32_t parent = TheCrew().processes[ThisProcess()].parent;
  return parent != Crew::kNoProcess ? PidOf(TheCrew().processes[parent]) : 1;  // orphans are adopted
}
