// posix_spawn, system, popen: a child that becomes a program at once. Source: POSIX.1-2017, posix_spawn, system, popen.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/processes.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/process.h"

namespace racecourse {
namespace {

// What the child does before it becomes the program. The list stands on the program's heap, where the C library's
// posix_spawn_file_actions_t has a pointer of its own.
struct FileAction {
  enum class Kind : std::uint8_t { kOpen, kClose, kDuplicate, kChangeFolder, kChangeFolderTo, kCloseFrom } kind;
  int descriptor;
  int target;
  int flags;
  mode_t mode;
  char* path;
};

struct FileActions {
  unsigned allocated;
  unsigned used;
  FileAction* actions;
};
static_assert(sizeof(FileActions) <= sizeof(posix_spawn_file_actions_t));

FileActions& ActionsOf(posix_spawn_file_actions_t* actions) { return *reinterpret_cast<FileActions*>(actions); }

int AddAction(posix_spawn_file_actions_t* actions, const FileAction& action, const char* path) {
  FileActions& list = ActionsOf(actions);
  if (list.used == list.allocated) {
    const unsigned wanted = list.allocated + 8;
    auto* grown = static_cast<FileAction*>(realloc(list.actions, wanted * sizeof(FileAction)));
    if (grown == nullptr) return ENOMEM;
    list.actions = grown;
    list.allocated = wanted;
  }
  list.actions[list.used] = action;
  if (path != nullptr && (list.actions[list.used].path = strdup(path)) == nullptr) return ENOMEM;
  ++list.used;
  return 0;
}

// Returns an error number.
int Perform(const FileAction& action) {
  int result = 0;
  switch (action.kind) {
    case FileAction::Kind::kOpen: {
      // POSIX: as if the descriptor were closed before.
      if (fcntl(action.descriptor, F_GETFD) >= 0) close(action.descriptor);
      const int fd = open(action.path, action.flags, action.mode);
      if (fd < 0 || fd == action.descriptor) {
        result = fd;
        break;
      }
      result = dup2(fd, action.descriptor);
      close(fd);
      break;
    }
    case FileAction::Kind::kClose:
      close(action.descriptor);  // glibc: closing what is not open is no error
      break;
    case FileAction::Kind::kDuplicate:
      // With itself as target the descriptor merely stays open over exec.
      if (action.descriptor == action.target) {
        const int flags = fcntl(action.descriptor, F_GETFD);
        result = flags < 0 ? flags : fcntl(action.descriptor, F_SETFD, flags & ~FD_CLOEXEC);
      } else {
        result = dup2(action.descriptor, action.target);
      }
      break;
    case FileAction::Kind::kChangeFolder:
      result = chdir(action.path);
      break;
    case FileAction::Kind::kChangeFolderTo:
      result = fchdir(action.descriptor);
      break;
    case FileAction::Kind::kCloseFrom:
      closefrom(action.descriptor);
      break;
  }
  return result < 0 ? errno : 0;
}

// In the child. Returns an error number.
int Prepare(const posix_spawn_file_actions_t* actions, const posix_spawnattr_t* attributes) {
  if (attributes != nullptr) {
    short flags = 0;
    posix_spawnattr_getflags(attributes, &flags);
    if ((flags & POSIX_SPAWN_SETSID) != 0 && setsid() < 0) return errno;
    if ((flags & POSIX_SPAWN_SETPGROUP) != 0) {
      pid_t group = 0;
      posix_spawnattr_getpgroup(attributes, &group);
      if (setpgid(0, group) < 0) return errno;
    }
    if ((flags & POSIX_SPAWN_SETSIGDEF) != 0) {
      sigset_t set;
      posix_spawnattr_getsigdefault(attributes, &set);
      for (int number = 1; number <= kSignalsMax; ++number) {
        if (sigismember(&set, number) == 1) ProcessAt(ThisProcess()).signal_actions[number] = {};
      }
    }
    if ((flags & POSIX_SPAWN_SETSIGMASK) != 0) {
      sigset_t set;
      posix_spawnattr_getsigmask(attributes, &set);
      TheExecution().current->signal_mask = MaskOf(set);
    }
  }
  if (actions == nullptr) return 0;
  const FileActions& list = ActionsOf(const_cast<posix_spawn_file_actions_t*>(actions));
  for (unsigned i = 0; i < list.used; ++i) {
    if (const int error = Perform(list.actions[i])) return error;
  }
  return 0;
}

int Spawn(pid_t* pid, const char* file, bool searches, const posix_spawn_file_actions_t* actions,
          const posix_spawnattr_t* attributes, char* const* arguments, char* const* environment) {
  const int errno_before = errno;
  const pid_t child = ForkAndWait();
  if (child == 0) {
    int error = Prepare(actions, attributes);
    if (error == 0) error = Exec(file, searches, arguments, environment);
    ProcessAt(ThisProcess()).spawn_error = error;
    EndProcessAtOnce(127);
  }
  if (child < 0) return errno;
  Process* process = FindProcess(child);
  // Gone already: its parent ignores SIGCHLD.
  const int error = process != nullptr ? process->spawn_error : 0;
  if (error != 0) {
    ForgetChild(*process);
  } else if (pid != nullptr) {
    *pid = child;
  }
  errno = errno_before;
  return error;
}

[[noreturn]] void BecomeShell(const char* command) {
  const char* const arguments[] = {"sh", "-c", command, nullptr};
  Exec("/bin/sh", false, const_cast<char* const*>(arguments), environ);
  EndProcessAtOnce(127);
}

int System(const char* command) {
  if (command == nullptr) return 1;
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction interrupt;
  struct sigaction quit;
  sigaction(SIGINT, &ignore, &interrupt);
  sigaction(SIGQUIT, &ignore, &quit);
  sigset_t children;
  sigset_t mask;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &children, &mask);
  const pid_t child = ForkAndWait();
  if (child == 0) {
    Process& process = ProcessAt(ThisProcess());
    process.signal_actions[SIGINT] = interrupt;
    process.signal_actions[SIGQUIT] = quit;
    TheExecution().current->signal_mask = MaskOf(mask);
    BecomeShell(command);
  }
  int status = -1;
  pid_t ended = child;
  while (child > 0 && (ended = AwaitChild(child, &status)) < 0 && errno == EINTR) {
  }
  if (ended < 0) status = -1;
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGQUIT, &quit, nullptr);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  return status;
}

struct OpenProgram {
  FILE* stream;
  int fd;
  pid_t pid;
};
constexpr unsigned kOpenProgramsMax = 64;
OpenProgram open_programs[kOpenProgramsMax];

// The stream of popen, whose own reads and writes are scheduled like any others.
ssize_t ReadCookie(void* cookie, char* to, size_t size) {
  return read(static_cast<OpenProgram*>(cookie)->fd, to, size);
}
ssize_t WriteCookie(void* cookie, const char* from, size_t size) {
  const ssize_t written = write(static_cast<OpenProgram*>(cookie)->fd, from, size);
  return written < 0 ? 0 : written;
}
int CloseCookie(void* cookie) { return close(static_cast<OpenProgram*>(cookie)->fd); }

FILE* Popen(const char* command, const char* mode) {
  const bool reads = mode[0] == 'r';
  const bool closes_on_exec = strchr(mode, 'e') != nullptr;
  if ((!reads && mode[0] != 'w') || strspn(mode + 1, "e") != strlen(mode + 1)) {
    errno = EINVAL;
    return nullptr;
  }
  unsigned at = 0;
  while (at < kOpenProgramsMax && open_programs[at].stream != nullptr) ++at;
  if (at == kOpenProgramsMax) ReportUncontrolled("more than 64 streams of popen are open at once");
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return nullptr;
  const int own = ends[reads ? 0 : 1];
  const int other = ends[reads ? 1 : 0];
  const pid_t child = ForkAndWait();
  if (child == 0) {
    for (const OpenProgram& program : open_programs) {
      if (program.stream != nullptr) close(program.fd);
    }
    if (other != (reads ? 1 : 0)) {
      dup2(other, reads ? 1 : 0);
    } else {
      fcntl(other, F_SETFD, 0);
    }
    BecomeShell(command);
  }
  close(other);
  if (child < 0) {
    close(own);
    return nullptr;
  }
  if (!closes_on_exec) fcntl(own, F_SETFD, 0);
  open_programs[at] = {nullptr, own, child};
  FILE* stream = fopencookie(&open_programs[at], reads ? "r" : "w", {ReadCookie, WriteCookie, nullptr, CloseCookie});
  open_programs[at].stream = stream;
  return stream;
}

int Pclose(FILE* stream) {
  for (OpenProgram& program : open_programs) {
    if (program.stream != stream || stream == nullptr) continue;
    RC_REAL(fclose)(stream);
    const pid_t pid = program.pid;
    program = {};
    int status = -1;
    pid_t ended;
    do {
      ended = AwaitChild(pid, &status);
    } while (ended < 0 && errno == EINTR);
    return ended < 0 ? -1 : status;
  }
  ReportMisuse("calls pclose for a stream that popen did not make");
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int posix_spawn_file_actions_init(posix_spawn_file_actions_t* actions) noexcept {
  memset(actions, 0, sizeof *actions);
  return 0;
}
RC_INTERPOSE int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t* actions) noexcept {
  if (!IsControlled()) return RC_REAL(posix_spawn_file_actions_destroy)(actions);
  FileActions& list = ActionsOf(actions);
  for (unsigned i = 0; i < list.used; ++i) free(list.actions[i].path);
  free(list.actions);
  list = {};
  return 0;
}
RC_INTERPOSE int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t* actions, int fd, const char* path,
                                                  int flags, mode_t mode) noexcept {
  if (!IsControlled()) return RC_REAL(posix_spawn_file_actions_addopen)(actions, fd, path, flags, mode);
  if (fd < 0) return EBADF;
  return AddAction(actions, {FileAction::Kind::kOpen, fd, -1, flags, mode, nullptr}, path);
}
RC_INTERPOSE int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t* actions, int fd) noexcept {
  if (!IsControlled()) return RC_REAL(posix_spawn_file_actions_addclose)(actions, fd);
  if (fd < 0) return EBADF;
  return AddAction(actions, {FileAction::Kind::kClose, fd, -1, 0, 0, nullptr}, nullptr);
}
RC_INTERPOSE int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t* actions, int fd, int target) noexcept {
  if (!IsControlled()) return RC_REAL(posix_spawn_file_actions_adddup2)(actions, fd, target);
  if (fd < 0 || target < 0) return EBADF;
  return AddAction(actions, {FileAction::Kind::kDuplicate, fd, target, 0, 0, nullptr}, nullptr);
}
RC_INTERPOSE int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t* actions, const char* path) noexcept {
  if (!IsControlled()) return RC_REAL(posix_spawn_file_actions_addchdir_np)(actions, path);
  return AddAction(actions, {FileAction::Kind::kChangeFolder, -1, -1, 0, 0, nullptr}, path);
}
RC_INTERPOSE int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t* actions, int fd) noexcept {
  if (!IsControlled()) return RC_REAL(posix_spawn_file_actions_addfchdir_np)(actions, fd);
  return AddAction(actions, {FileAction::Kind::kChangeFolderTo, fd, -1, 0, 0, nullptr}, nullptr);
}
RC_INTERPOSE int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t* actions, int fd) noexcept {
  if (!IsControlled()) return RC_REAL(posix_spawn_file_actions_addclosefrom_np)(actions, fd);
  return AddAction(actions, {FileAction::Kind::kCloseFrom, fd, -1, 0, 0, nullptr}, nullptr);
}
RC_INTERPOSE int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                             const posix_spawnattr_t* attributes, char* const argv[], char* const env[]) {
  if (!IsControlled()) return RC_REAL(posix_spawn)(pid, path, actions, attributes, argv, env);
  return Spawn(pid, path, false, actions, attributes, argv, env);
}
RC_INTERPOSE int posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                              const posix_spawnattr_t* attributes, char* const argv[], char* const env[]) {
  if (!IsControlled()) return RC_REAL(posix_spawnp)(pid, file, actions, attributes, argv, env);
  return Spawn(pid, file, true, actions, attributes, argv, env);
}
RC_INTERPOSE int system(const char* command) {
  if (!IsControlled()) return RC_REAL(system)(command);
  EnterUnsafe("system");
  return System(command);
}
RC_INTERPOSE FILE* popen(const char* command, const char* mode) {
  if (!IsControlled()) return RC_REAL(popen)(command, mode);
  EnterUnsafe("popen");
  return Popen(command, mode);
}
RC_INTERPOSE int pclose(FILE* stream) {
  if (!IsControlled()) return RC_REAL(pclose)(stream);
  EnterUnsafe("pclose");
  return Pclose(stream);
}
