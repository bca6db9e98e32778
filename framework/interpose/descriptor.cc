// How descriptors come and go: pipe, eventfd, dup, close, fcntl. Source: POSIX.1-2017; eventfd(2).

#include <linux/close_range.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "framework/execution/interruption.h"
#include "framework/execution/kernel_objects.h"
#include "framework/execution/processes.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/file_locks.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/stream_io.h"

namespace racecourse {
namespace {

int Pipe(int descriptors[2], int flags) {
  SyncObject& table = DescriptorTableObject();
  Arrive(OperationKind::kOpen, table.address);
  int opened[2];
  const long result = SystemCall(SYS_pipe2, opened, flags);
  if (result < 0) return static_cast<int>(Result(result));
  SyncObject& object = NewNumberedObject(ObjectKind::kPipe);
  const std::uint32_t channel = NewChannel(false);
  const bool closes = (flags & O_CLOEXEC) != 0;
  OpenFile& reading = NewOpenFile(ObjectKind::kPipe, object);
  SetChannels(reading, channel, kNoChannel);
  EnterDescriptor(opened[0], reading, closes);
  OpenFile& writing = NewOpenFile(ObjectKind::kPipe, object);
  SetChannels(writing, kNoChannel, channel);
  EnterDescriptor(opened[1], writing, closes);
  PerformedOnDescriptor(OperationKind::kOpen, &object, opened[0]);
  descriptors[0] = opened[0];
  descriptors[1] = opened[1];
  return 0;
}

int EventCounter(unsigned value, int flags) {
  SyncObject& table = DescriptorTableObject();
  Arrive(OperationKind::kOpen, table.address);
  const long result = SystemCall(SYS_eventfd2, value, flags);
  if (result < 0) return static_cast<int>(Result(result));
  OpenFile& file = NewOpenFile(ObjectKind::kEventCounter, NewNumberedObject(ObjectKind::kEventCounter));
  const std::uint32_t channel = NewChannel(true);
  SetChannels(file, channel, channel);
  EnterDescriptor(static_cast<int>(result), file, (flags & EFD_CLOEXEC) != 0);
  PerformedOnDescriptor(OperationKind::kOpen, file.object, result);
  return static_cast<int>(result);
}

// Locks may have gone with the descriptor.
void NoteFileClosed() {
  if (__builtin_expect(TheExecution().system_objects.has_locks, 0)) NoteLocksMayBeFree();
}

int Close(int fd) {
  OpenFile* file = FindOpenFile(fd);
  InheritedFiles& inherited = TheExecution().inherited_files;
  if (inherited.IsReserved(fd)) {
    errno = EBADF;
    return -1;
  }
  SyncObject& object = file != nullptr ? *file->object : DescriptorTableObject();
  Arrive(OperationKind::kClose, object.address);
  inherited.NoteChange();
  RemoveDescriptor(fd);
  const long result = SystemCall(SYS_close, fd);
  NoteFileClosed();
  PerformedOnDescriptor(OperationKind::kClose, &object, result);
  return static_cast<int>(Result(result));
}

// The system call, but for what the engine keeps open for itself.
long CloseRangeAroundReserved(unsigned first, unsigned last, unsigned flags) {
  const InheritedFiles& inherited = TheExecution().inherited_files;
  const auto begin = static_cast<unsigned>(inherited.ReservedBegin());
  const auto end = static_cast<unsigned>(inherited.ReservedEnd());
  if (last < begin || first >= end) return SystemCall(SYS_close_range, first, last, flags);
  if (first < begin) {
    const long result = SystemCall(SYS_close_range, first, begin - 1, flags);
    if (result < 0) return result;
  }
  return last >= end ? SystemCall(SYS_close_range, end, last, flags) : 0;
}

int CloseRange(unsigned first, unsigned last, unsigned flags) {
  Execution& execution = TheExecution();
  SyncObject& table = DescriptorTableObject();
  Arrive(OperationKind::kClose, table.address);
  execution.inherited_files.NoteChange();
  const long result = CloseRangeAroundReserved(first, last, flags);
  DescriptorTable& descriptors = ProcessAt(ThisProcess()).descriptors;
  const auto end = static_cast<unsigned>(descriptors.count);
  for (unsigned fd = first; result >= 0 && fd <= last && fd < end; ++fd) {
    if ((flags & CLOSE_RANGE_CLOEXEC) == 0) {
      RemoveDescriptor(static_cast<int>(fd));
    } else if (descriptors.entries[fd].open_file != 0) {
      descriptors.entries[fd].closes_on_exec = true;
    }
  }
  NoteFileClosed();
  PerformedOnDescriptor(OperationKind::kClose, &table, result);
  return static_cast<int>(Result(result));
}

// `duplicate(fd)` is the system call; `target` the number that is replaced, if any.
template <typename Duplicate>
int MakeDuplicate(int fd, int target, bool closes_on_exec, Duplicate duplicate) {
  OpenFile* file = FindOpenFile(fd);
  SyncObject& object = file != nullptr ? *file->object : DescriptorTableObject();
  Arrive(OperationKind::kDuplicate, object.address);
  InheritedFiles& inherited = TheExecution().inherited_files;
  if (inherited.IsReserved(fd) || inherited.IsReserved(target)) {
    errno = EBADF;
    return -1;
  }
  if (target >= 0 && target != fd && SystemCall(SYS_fcntl, fd, F_GETFD) >= 0) {
    RemoveDescriptor(target);
  }
  inherited.NoteChange();
  const long result = duplicate();
  if (target >= 0) NoteFileClosed();
  if (result >= 0 && file != nullptr && result != fd) EnterDescriptor(static_cast<int>(result), *file, closes_on_exec);
  PerformedOnDescriptor(OperationKind::kDuplicate, &object, result);
  return static_cast<int>(Result(result));
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pipe(int descriptors[2]) noexcept {
  if (!IsControlled()) return RC_REAL(pipe)(descriptors);
  return Pipe(descriptors, 0);
}
RC_INTERPOSE int pipe2(int descriptors[2], int flags) noexcept {
  if (!IsControlled()) return RC_REAL(pipe2)(descriptors, flags);
  return Pipe(descriptors, flags);
}
RC_INTERPOSE int eventfd(unsigned value, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(eventfd)(value, flags);
  return EventCounter(value, flags);
}
RC_INTERPOSE int eventfd_read(int fd, eventfd_t* value) {
  return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1;
}
RC_INTERPOSE int eventfd_write(int fd, eventfd_t value) {
  return write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}
RC_INTERPOSE int close(int fd) {
  if (!IsControlled()) return static_cast<int>(Result(SystemCall(SYS_close, fd)));
  TestCancel();
  return Close(fd);
}
RC_INTERPOSE int close_range(unsigned first, unsigned last, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(close_range)(first, last, flags);
  return CloseRange(first, last, static_cast<unsigned>(flags));
}
RC_INTERPOSE void closefrom(int first) noexcept { close_range(first < 0 ? 0 : static_cast<unsigned>(first), ~0u, 0); }
RC_INTERPOSE int dup(int fd) noexcept {
  if (!IsControlled()) return RC_REAL(dup)(fd);
  return MakeDuplicate(fd, -1, false, [&] { return SystemCall(SYS_dup, fd); });
}
RC_INTERPOSE int dup2(int fd, int target) noexcept {
  if (!IsControlled()) return RC_REAL(dup2)(fd, target);
  return MakeDuplicate(fd, target, false, [&] { return SystemCall(SYS_dup2, fd, target); });
}
RC_INTERPOSE int dup3(int fd, int target, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(dup3)(fd, target, flags);
  return MakeDuplicate(fd, target, (flags & O_CLOEXEC) != 0, [&] { return SystemCall(SYS_dup3, fd, target, flags); });
}

namespace {

int Control(int fd, int command, long argument) {
  if (!IsControlled() || (command != F_DUPFD && command != F_DUPFD_CLOEXEC)) {
    const int result = static_cast<int>(Result(SystemCall(SYS_fcntl, fd, command, argument)));
    if (IsControlled() && command == F_SETFD && result == 0 && FindOpenFile(fd) != nullptr) {
      ProcessAt(ThisProcess()).descriptors.entries[fd].closes_on_exec = (argument & FD_CLOEXEC) != 0;
    }
    return result;
  }
  return MakeDuplicate(fd, -1, command == F_DUPFD_CLOEXEC,
                       [&] { return SystemCall(SYS_fcntl, fd, command, argument); });
}

}  // namespace

RC_INTERPOSE int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  if (IsControlled() && IsLockCommand(command)) {
    return ControlLock(fd, command, reinterpret_cast<struct flock*>(argument));
  }
  return Control(fd, command, argument);
}
RC_INTERPOSE int fcntl64(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  if (IsControlled() && IsLockCommand(command)) {
    return ControlLock(fd, command, reinterpret_cast<struct flock*>(argument));
  }
  return Control(fd, command, argument);
}
// Closes a descriptor from within libc.
RC_INTERPOSE int fclose(FILE* stream) {
  if (!IsControlled()) return RC_REAL(fclose)(stream);
  const int fd = fileno(stream);
  TheExecution().inherited_files.NoteChange();
  if (fd >= 0 && FindOpenFile(fd) != nullptr && __fwritable(stream) != 0) {
    // What it writes at its end, it writes before anybody can see that it has closed the descriptor.
    const StreamOutput output(stream);
    RC_REAL(fflush)(stream);
  }
  const int result = RC_REAL(fclose)(stream);
  NoteFileClosed();
  if (FindOpenFile(fd) != nullptr) {
    RemoveDescriptor(fd);
    RecheckDescriptors();
  }
  return result;
}
