// Sets of semaphores: semget, semop, semtimedop, semctl. Source: POSIX.1-2017; semop(2), for SEM_UNDO and semtimedop.

#include <stdarg.h>
#include <sys/sem.h>

#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/system_v.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

constexpr char kWhat[] = "the System V semaphore set";
constexpr int kValueMax = 32767;
constexpr std::size_t kOperationsMax = 500;
constexpr int kCountMax = 32000;

template <typename T>
T* Allocate(std::size_t count) {
  auto* memory = static_cast<T*>(TheExecution().shared_arena.Allocate(count * sizeof(T)));
  for (std::size_t i = 0; i < count; ++i) memory[i] = T();
  return memory;
}

SemaphoreSet* FindSet(int id) {
  SemaphoreSet* set = FindById(TheSystemObjects().sets, TheSystemObjects().set_count, id);
  if (set == nullptr) errno = EINVAL;
  return set;
}

int Get(key_t key, int count, int flags) {
  if (count < 0 || count > kCountMax) return Fail(EINVAL);
  SystemObjects& all = TheSystemObjects();
  if (count == 0 && (key == IPC_PRIVATE || FindByKey(all.sets, all.set_count, key) == nullptr) &&
      (key == IPC_PRIVATE || (flags & IPC_CREAT) != 0)) {
    return Fail(EINVAL);
  }
  bool is_new;
  SemaphoreSet* set = GetByKey(all.sets, &all.set_count, key, flags, kWhat, &is_new);
  if (set == nullptr) return -1;
  if (is_new) {
    set->object = &NewNumberedObject(ObjectKind::kSemaphoreSet);
    set->count = static_cast<std::uint32_t>(count);
    set->semaphores = Allocate<SetSemaphore>(set->count);
    ReleaseJoin(*TheExecution().current, &set->object->clock);
  } else {
    if (static_cast<std::uint32_t>(count) > set->count) return Fail(EINVAL);
    Acquire(*TheExecution().current, set->object->clock);
  }
  return set->id;
}

void NoteUndo(SemaphoreSet& set, std::uint32_t semaphore, int change) {
  if (set.undo == nullptr) set.undo = Allocate<std::int32_t>(set.count * std::size_t{Execution::kMaxProcesses});
  set.undo[ThisProcess() * set.count + semaphore] -= change;
}

// What came of an attempt to do all operations at once.
struct Attempt {
  enum class Outcome : std::uint8_t { kDone, kBlocked, kOutOfRange } outcome;
  std::size_t at;  // the operation that cannot be done
};

Attempt TryAll(SemaphoreSet& set, const sembuf* operations, std::size_t count) {
  std::size_t done = 0;
  Attempt::Outcome outcome = Attempt::Outcome::kDone;
  for (; done < count; ++done) {
    const sembuf& operation = operations[done];
    SetSemaphore& semaphore = set.semaphores[operation.sem_num];
    const int value = semaphore.value + operation.sem_op;
    if ((operation.sem_op == 0 && semaphore.value != 0) || value < 0) {
      outcome = Attempt::Outcome::kBlocked;
      break;
    }
    if (value > kValueMax) {
      outcome = Attempt::Outcome::kOutOfRange;
      break;
    }
    semaphore.value = static_cast<std::uint16_t>(value);
  }
  if (outcome != Attempt::Outcome::kDone) {
    for (std::size_t i = done; i-- > 0;) {
      SetSemaphore& semaphore = set.semaphores[operations[i].sem_num];
      semaphore.value = static_cast<std::uint16_t>(semaphore.value - operations[i].sem_op);
    }
    return {outcome, done};
  }
  Thread& self = *TheExecution().current;
  for (std::size_t i = 0; i < count; ++i) {
    const sembuf& operation = operations[i];
    SetSemaphore& semaphore = set.semaphores[operation.sem_num];
    semaphore.changed_by = ProcessAt(ThisProcess()).pid;
    if (operation.sem_op <= 0) Acquire(self, semaphore.raised);
    if (operation.sem_op == 0) Acquire(self, semaphore.lowered);
    if (operation.sem_op < 0) ReleaseJoin(self, &semaphore.lowered);
    if (operation.sem_op > 0) ReleaseJoin(self, &semaphore.raised);
    if ((operation.sem_flg & SEM_UNDO) != 0) NoteUndo(set, operation.sem_num, operation.sem_op);
  }
  return {outcome, 0};
}

// Raising the value lets those go on who wait for it to grow, lowering it those who wait for zero.
OperationKind KindOf(const sembuf* operations, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (operations[i].sem_op <= 0) return OperationKind::kSemaphoreWait;
  }
  return OperationKind::kSemaphorePost;
}

int Operate(int id, const sembuf* operations, std::size_t count, VirtualTime deadline) {
  Execution& execution = TheExecution();
  if (count == 0) return Fail(EINVAL);
  if (count > kOperationsMax) return Fail(E2BIG);
  NoteKernelReads(operations, count * sizeof *operations);
  SemaphoreSet* set = FindSet(id);
  if (set == nullptr) return -1;
  for (std::size_t i = 0; i < count; ++i) {
    if (operations[i].sem_num >= set->count) return Fail(EFBIG);
  }
  SyncObject& object = *set->object;
  const OperationKind kind = KindOf(operations, count);
  Arrive(kind, object.address);
  for (bool has_waited = false;; has_waited = true) {
    if (set->id != id) {
      Performed(kind, &object, 0xfffffd);
      return Fail(has_waited ? EIDRM : EINVAL);
    }
    const Attempt attempt = TryAll(*set, operations, count);
    if (attempt.outcome == Attempt::Outcome::kDone) {
      WakeAll(object);
      Performed(kind, &object, set->semaphores[operations[0].sem_num].value);
      return 0;
    }
    if (attempt.outcome == Attempt::Outcome::kOutOfRange) {
      Performed(kind, &object, 0xfffffc);
      return Fail(ERANGE);
    }
    const sembuf& blocked = operations[attempt.at];
    if ((blocked.sem_flg & IPC_NOWAIT) != 0) {
      WouldBlock(kind, &object);
      return Fail(EAGAIN);
    }
    set->waiting[execution.current->accessor.slot] = {blocked.sem_num, blocked.sem_op == 0};
    switch (AwaitChange(kind, object, deadline, false)) {
      case ObjectWait::kInterrupted:
        return Fail(EINTR);
      case ObjectWait::kTimedOut:
        Performed(kind, &object, 0xfffffb);
        return Fail(EAGAIN);
      case ObjectWait::kReady:
        break;
    }
  }
}

int CountWaiting(const SemaphoreSet& set, int semaphore, bool for_zero) {
  int count = 0;
  set.object->waiting.ForEach([&](ThreadSlot slot) {
    count += set.waiting[slot].semaphore == semaphore && set.waiting[slot].for_zero == for_zero ? 1 : 0;
  });
  return count;
}

void Set(SemaphoreSet& set, std::uint32_t index, int value) {
  Thread& self = *TheExecution().current;
  SetSemaphore& semaphore = set.semaphores[index];
  semaphore.value = static_cast<std::uint16_t>(value);
  semaphore.changed_by = ProcessAt(ThisProcess()).pid;
  ReleaseJoin(self, &semaphore.raised);
  ReleaseJoin(self, &semaphore.lowered);
  // Nobody's adjustments hold any more.
  for (ProcessIndex i = 0; set.undo != nullptr && i < Execution::kMaxProcesses; ++i)
    set.undo[i * set.count + index] = 0;
}

int Look(const SetSemaphore& semaphore) {
  Thread& self = *TheExecution().current;
  Acquire(self, semaphore.raised);
  Acquire(self, semaphore.lowered);
  return semaphore.value;
}

union Argument {
  int value;
  semid_ds* status;
  unsigned short* array;
};

int Control(int id, int semaphore, int command, Argument argument) {
  SemaphoreSet* set = FindSet(id);
  if (set == nullptr) return -1;
  SyncObject& object = *set->object;
  const bool is_about_one =
      command == GETVAL || command == SETVAL || command == GETPID || command == GETNCNT || command == GETZCNT;
  if (is_about_one && (semaphore < 0 || static_cast<std::uint32_t>(semaphore) >= set->count)) return Fail(EINVAL);
  Arrive(OperationKind::kDescriptorControl, object.address);
  if (set->id != id) {
    Performed(OperationKind::kDescriptorControl, &object, 0);
    return Fail(EINVAL);
  }
  int result = 0;
  switch (command) {
    case IPC_RMID:
      NoteRemoved(*set, id, kWhat);
      set->id = 0;
      WakeAll(object);
      break;
    case GETVAL:
      result = Look(set->semaphores[semaphore]);
      break;
    case SETVAL:
      if (argument.value < 0 || argument.value > kValueMax) {
        result = -ERANGE;
        break;
      }
      Set(*set, static_cast<std::uint32_t>(semaphore), argument.value);
      WakeAll(object);
      break;
    case GETALL:
      for (std::uint32_t i = 0; i < set->count; ++i) {
        argument.array[i] = static_cast<unsigned short>(Look(set->semaphores[i]));
      }
      NoteKernelWrites(argument.array, set->count * sizeof *argument.array);
      break;
    case SETALL:
      NoteKernelReads(argument.array, set->count * sizeof *argument.array);
      for (std::uint32_t i = 0; i < set->count; ++i) Set(*set, i, argument.array[i]);
      WakeAll(object);
      break;
    case GETPID:
      result = set->semaphores[semaphore].changed_by;
      break;
    case GETNCNT:
    case GETZCNT:
      result = CountWaiting(*set, semaphore, command == GETZCNT);
      break;
    case IPC_STAT:
      *argument.status = {};
      FillPermissions(*set, &argument.status->sem_perm);
      argument.status->sem_nsems = set->count;
      NoteKernelWrites(argument.status, sizeof *argument.status);
      break;
    case IPC_SET:
      set->mode = argument.status->sem_perm.mode & 0777u;
      break;
    default:
      result = -EINVAL;
  }
  Performed(OperationKind::kDescriptorControl, &object, static_cast<std::uint32_t>(result) & 0xffffff);
  return result < 0 ? Fail(-result) : result;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int semget(key_t key, int count, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(semget)(key, count, flags);
  return Get(key, count, flags);
}
RC_INTERPOSE int semop(int id, sembuf* operations, size_t count) noexcept {
  if (!IsControlled()) return RC_REAL(semop)(id, operations, count);
  return Operate(id, operations, count, kNever);
}
RC_INTERPOSE int semtimedop(int id, sembuf* operations, size_t count, const timespec* timeout) noexcept {
  if (!IsControlled()) return RC_REAL(semtimedop)(id, operations, count, timeout);
  return Operate(id, operations, count, timeout != nullptr ? DeadlineAfter(*timeout) : kNever);
}
RC_INTERPOSE int semctl(int id, int semaphore, int command, ...) noexcept {
  va_list list;
  va_start(list, command);
  const Argument argument = va_arg(list, Argument);
  va_end(list);
  if (!IsControlled()) return RC_REAL(semctl)(id, semaphore, command, argument);
  return Control(id, semaphore, command, argument);
}
