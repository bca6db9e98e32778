// Locks of files: flock, and the record locks of fcntl and lockf, of processes (POSIX) and of open files (OFD). They
// are the kernel's own; a lock that would have to wait is tried without waiting, and tried again whenever one may have
// become free. Source: POSIX.1-2017, fcntl, lockf; flock(2), fcntl(2).

#include "framework/interpose/file_locks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/kernel_objects.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

SystemObjects& All() { return TheExecution().system_objects; }

// The object that stands for the locks of what `fd` refers to; null if `fd` is none.
SyncObject* ObjectFor(int fd) {
  SyncObject* object = FileObject(fd);
  if (object == nullptr) return nullptr;
  // Other explorers run the same program at the same time: what they lock must not look like the program's own doing.
  RefuseToShare("the program locks files, so that only one explorer at a time can run it");
  All().has_locks = true;
  TheExecution().inherited_files.NoteChange();
  return object;
}

// The process of the execution with this number of the kernel's.
ProcessIndex FindReal(std::int32_t real_pid) {
  const Execution& execution = TheExecution();
  for (ProcessIndex i = 0; i < execution.process_count; ++i) {
    if (execution.processes[i].state == Process::State::kRunning && execution.processes[i].real_pid == real_pid)
      return i;
  }
  return kNoProcess;
}

// True if the process that waits for `holder`, which holds a record lock, would close a circle of such waits.
bool ClosesCircle(ProcessIndex holder) {
  const Execution& execution = TheExecution();
  for (ProcessIndex rounds = 0; rounds < Execution::kMaxProcesses && holder != kNoProcess; ++rounds) {
    if (holder == ThisProcess()) return true;
    ProcessIndex next = kNoProcess;
    for (std::uint32_t i = 0; i < All().file_count; ++i) {
      All().files[i].object->waiting.ForEach([&](ThreadSlot slot) {
        if (execution.threads[slot].process == holder) next = All().blocked_by[slot];
      });
    }
    holder = next;
  }
  return false;
}

bool IsTaken(long result) { return result == -EAGAIN || result == -EACCES; }

void NoteTaken(SyncObject& object, bool is_exclusive) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  Acquire(self, object.clock);
  // A lock that was changed into a weaker one lets others in.
  if (object.owner == self.accessor.slot) {
    object.owner = kNoThread;
    WakeAll(object);
  }
  object.holders.Remove(self.accessor.slot);
  if (is_exclusive) {
    object.owner = self.accessor.slot;
    object.owned_since = execution.step_count + 1;
  } else {
    object.holders.Add(self.accessor.slot);
  }
}

// Takes a lock. `attempt()` is the system call that does not wait; `holder()` tells whose record lock is in the
// way. `is_of_posix`: the wait is a cancellation point.
template <typename Attempt, typename Holder>
long Take(SyncObject& object, bool may_wait, bool is_exclusive, bool is_of_posix, Attempt attempt, Holder holder) {
  Execution& execution = TheExecution();
  const ThreadSlot slot = execution.current->accessor.slot;
  const OperationKind kind = may_wait ? OperationKind::kFileLock : OperationKind::kFileTryLock;
  Arrive(kind, object.address);
  for (;;) {
    const long result = attempt();
    if (!IsTaken(result)) {
      if (result == 0) NoteTaken(object, is_exclusive);
      NoteChange();
      Performed(kind, &object, static_cast<std::uint32_t>(result) & 0xffffff);
      return result;
    }
    // Turning a shared lock into an exclusive one gives up the shared one first. Source: flock(2).
    if (object.holders.Contains(slot)) {
      object.holders.Remove(slot);
      WakeAll(object);
    }
    if (!may_wait) {
      WouldBlock(kind, &object);
      return result;
    }
    All().blocked_by[slot] = holder();
    if (ClosesCircle(All().blocked_by[slot])) {
      if (execution.records) NoteOutcome("fails with EDEADLK");
      Performed(kind, &object, 0xfffffa);
      return -EDEADLK;
    }
    if (AwaitChange(kind, object, kNever, is_of_posix) == ObjectWait::kInterrupted) return -EINTR;
  }
}

template <typename Attempt>
long GiveBack(SyncObject& object, Attempt attempt) {
  Execution& execution = TheExecution();
  Arrive(OperationKind::kFileUnlock, object.address);
  const long result = attempt();
  ReleaseJoin(*execution.current, &object.clock);
  if (object.owner == execution.current->accessor.slot) object.owner = kNoThread;
  object.holders.Remove(execution.current->accessor.slot);
  WakeAll(object);
  Performed(OperationKind::kFileUnlock, &object, static_cast<std::uint32_t>(result) & 0xffffff);
  return result;
}

int Flock(int fd, int operation) {
  SyncObject* object = ObjectFor(fd);
  if (object == nullptr) return static_cast<int>(Result(SystemCall(SYS_flock, fd, operation)));
  const int what = operation & ~LOCK_NB;
  const auto attempt = [&] { return SystemCall(SYS_flock, fd, what | LOCK_NB); };
  if (what == LOCK_UN) return static_cast<int>(Result(GiveBack(*object, attempt)));
  return static_cast<int>(
      Result(Take(*object, (operation & LOCK_NB) == 0, what == LOCK_EX, false, attempt, [] { return kNoProcess; })));
}

int TellHolder(int fd, int command, struct flock* lock) {
  SyncObject* object = ObjectFor(fd);
  if (object != nullptr) Arrive(OperationKind::kFileTryLock, object->address);
  const long result = SystemCall(SYS_fcntl, fd, command, lock);
  if (result == 0 && lock->l_type != F_UNLCK && lock->l_pid > 0) {
    const ProcessIndex holder = FindReal(lock->l_pid);
    if (holder != kNoProcess) lock->l_pid = ProcessAt(holder).pid;
  }
  if (object != nullptr) Performed(OperationKind::kFileTryLock, object, static_cast<std::uint32_t>(result) & 0xffffff);
  return static_cast<int>(Result(result));
}

}  // namespace

bool IsLockCommand(int command) {
  return command == F_SETLK || command == F_SETLKW || command == F_GETLK || command == F_OFD_SETLK ||
         command == F_OFD_SETLKW || command == F_OFD_GETLK;
}

int ControlLock(int fd, int command, struct flock* lock) {
  if (command == F_GETLK || command == F_OFD_GETLK) return TellHolder(fd, command, lock);
  SyncObject* object = ObjectFor(fd);
  if (object == nullptr) return static_cast<int>(Result(SystemCall(SYS_fcntl, fd, command, lock)));
  const bool is_of_process = command == F_SETLK || command == F_SETLKW;
  const int tries = is_of_process ? F_SETLK : F_OFD_SETLK;
  const auto attempt = [&] { return SystemCall(SYS_fcntl, fd, tries, lock); };
  if (lock->l_type == F_UNLCK) return static_cast<int>(Result(GiveBack(*object, attempt)));
  const auto holder = [&] {
    if (!is_of_process) return kNoProcess;
    struct flock other = *lock;
    if (SystemCall(SYS_fcntl, fd, F_GETLK, &other) < 0 || other.l_type == F_UNLCK) return kNoProcess;
    return FindReal(other.l_pid);
  };
  const bool may_wait = command == F_SETLKW || command == F_OFD_SETLKW;
  if (may_wait) TestCancel();
  return static_cast<int>(Result(Take(*object, may_wait, lock->l_type == F_WRLCK, true, attempt, holder)));
}

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int flock(int fd, int operation) noexcept {
  if (!IsControlled()) return RC_REAL(flock)(fd, operation);
  return Flock(fd, operation);
}
RC_INTERPOSE int lockf(int fd, int command, off_t size) {
  if (!IsControlled()) return RC_REAL(lockf)(fd, command, size);
  struct flock lock = {};
  lock.l_type = command == F_ULOCK ? F_UNLCK : F_WRLCK;
  lock.l_whence = SEEK_CUR;
  lock.l_len = size;
  switch (command) {
    case F_LOCK:
      return ControlLock(fd, F_SETLKW, &lock);
    case F_TLOCK:
    case F_ULOCK:
      return ControlLock(fd, F_SETLK, &lock);
    case F_TEST:
      if (ControlLock(fd, F_GETLK, &lock) < 0) return -1;
      if (lock.l_type == F_UNLCK) return 0;
      errno = EACCES;
      return -1;
    default:
      errno = EINVAL;
      return -1;
  }
}
RC_INTERPOSE int lockf64(int fd, int command, off64_t size) { return lockf(fd, command, size); }
