// read, write, recv, send and their relatives, on pipes, sockets, eventfds and what else an execution opened. On other
// descriptors they are the kernel's (file_transfer.h). Source: POSIX.1-2017, read, write; pipe(7).

#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "framework/execution/faults.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/file_transfer.h"
#include "framework/interpose/forward.h"

namespace racecourse {

void PerformedOnDescriptor(OperationKind kind, const SyncObject* object, long result) {
  NoteChange();
  if (TheExecution().records && result < 0) {
    char text[72];
    Text(text) << "fails with error " << -result;
    NoteOutcome(text);
  }
  Performed(kind, object, static_cast<std::uint32_t>(result) & 0xffffff);
  RecheckDescriptors();
}

long WouldBlock(OperationKind kind, const SyncObject* object) {
  Execution& execution = TheExecution();
  if (execution.records) NoteOutcome("would block");
  Performed(kind, object, kWouldBlockOutcome);
  execution.resting.Add(execution.current->accessor.slot);
  return -EAGAIN;
}

long GivesUp(OperationKind kind, const SyncObject* object) {
  if (TheExecution().records) NoteOutcome("times out");
  Performed(kind, object, kWouldBlockOutcome);
  return -EAGAIN;
}

namespace {

// POSIX: nobody reads what is written, so SIGPIPE ends the process unless the program says otherwise.
long BrokenPipe(int fd) {
  const auto handler = ProcessAt(ThisProcess()).signal_actions[SIGPIPE].sa_handler;
  Thread& self = *TheExecution().current;
  if (handler == SIG_IGN) return -EPIPE;
  if (handler != SIG_DFL || (self.signal_mask & SignalBit(SIGPIPE)) != 0) {
    siginfo_t info = {};
    info.si_signo = SIGPIPE;
    SendToThread(self, info, SyncClock());
    return -EPIPE;
  }
  if (!IsRootProcess()) EndThisProcess(SIGPIPE);
  FindingBuilder builder(FindingKind::kCrash);
  builder.Message() << "A write to descriptor " << fd
                    << " ends the process by SIGPIPE: whoever could read what is written has closed its end.";
  builder.AddStackOf(*TheExecution().current) << "written here";
  builder.Report();
}

// Writes to what is not a socket, without blocking.
long WriteSome(int fd, const OpenFile& file, const iovec* parts, int count, std::size_t size, bool may_wait) {
  const short readiness = ReadinessOf(fd, POLLOUT);
  if (file.kind == ObjectKind::kPipe && (readiness & POLLERR) != 0) return BrokenPipe(fd);
  // As much as PIPE_BUF goes in at once where there is room at all.
  const bool cannot_block =
      !may_wait || ((readiness & POLLOUT) != 0 && file.kind == ObjectKind::kPipe && size <= PIPE_BUF);
  if (cannot_block) return SystemCall(SYS_writev, fd, parts, count);
  const long flags = SystemCall(SYS_fcntl, fd, F_GETFL);
  SystemCall(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
  const long result = SystemCall(SYS_writev, fd, parts, count);
  SystemCall(SYS_fcntl, fd, F_SETFL, flags);
  return result;
}

std::size_t SizeOf(const iovec* parts, int count) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  return size;
}

// Some of the bytes in `parts`, as a list of its own. Returns how many entries it has.
constexpr int kPartsMax = 64;
int Slice(const iovec* parts, int count, std::size_t offset, std::size_t size, iovec* slice) {
  int used = 0;
  for (int i = 0; i < count && size > 0 && used < kPartsMax; ++i) {
    if (offset >= parts[i].iov_len) {
      offset -= parts[i].iov_len;
      continue;
    }
    const std::size_t rest = parts[i].iov_len - offset;
    slice[used++] = {static_cast<char*>(parts[i].iov_base) + offset, rest < size ? rest : size};
    size -= slice[used - 1].iov_len;
    offset = 0;
  }
  return used;
}

// How many of `size` bytes a read takes, of those that are there.
std::size_t ChooseReadSize(int fd, const OpenFile& file, std::size_t size) {
  const bool may_be_short = file.is_stream || file.kind == ObjectKind::kPipe;
  if ((TheExecution().faults_allowed & kShortReads) == 0 || !may_be_short) return size;
  int available = 0;
  if (SystemCall(SYS_ioctl, fd, FIONREAD, &available) < 0) return size;
  const std::size_t whole = std::min(size, static_cast<std::size_t>(available));
  const std::size_t chosen = ChooseTransfer(kShortReads, whole);
  if (chosen == whole) return size;
  NoteShortTransfer(chosen, whole);
  return chosen;
}

// The same for a write: one of few bytes to a pipe is whole or nothing. Source: POSIX.1-2017, write, PIPE_BUF.
std::size_t ChooseWriteSize(const OpenFile& file, std::size_t size) {
  const bool may_be_short = file.kind == ObjectKind::kPipe ? size > PIPE_BUF : file.is_stream;
  return may_be_short ? ChooseTransfer(kShortWrites, size) : size;
}

long Write(int fd, OpenFile& file, const iovec* parts, int count, const msghdr* message, int flags) {
  const std::size_t whole_size = SizeOf(parts, count);
  const std::size_t size = ChooseWriteSize(file, whole_size);
  for (int i = 0; i < count; ++i) NoteKernelReads(parts[i].iov_base, parts[i].iov_len);
  const bool may_wait = (flags & MSG_DONTWAIT) == 0 && !IsNonBlocking(fd);
  const bool whole = file.kind == ObjectKind::kSocket && !file.is_stream;  // a datagram goes at once or not at all
  const auto give = [&](std::size_t offset, std::size_t rest) -> long {
    iovec slice[kPartsMax];
    if (size < whole_size) NoteShortTransfer(size, whole_size);
    if (file.kind != ObjectKind::kSocket) {
      const int used = Slice(parts, count, offset, rest, slice);
      return WriteSome(fd, file, slice, used, rest, may_wait);
    }
    msghdr header = {};
    if (message != nullptr) header = *message;
    if (offset > 0) header.msg_controllen = 0;  // what travels with the first byte
    if (whole) {
      header.msg_iov = const_cast<iovec*>(parts);
      header.msg_iovlen = static_cast<std::size_t>(count);
    } else {
      header.msg_iov = slice;
      header.msg_iovlen = static_cast<std::size_t>(Slice(parts, count, offset, rest, slice));
    }
    const long result = SystemCall(SYS_sendmsg, fd, &header, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    return result == -EPIPE && (flags & MSG_NOSIGNAL) == 0 ? BrokenPipe(fd) : result;
  };
  return Send(fd, file, may_wait, whole ? 0 : size, give);
}

// `extra` is 1 for MSG_PEEK, which takes nothing.
long Read(int fd, OpenFile& file, const iovec* parts, int count, msghdr* message, int flags) {
  for (int i = 0; i < count; ++i) PrepareMemory(parts[i].iov_base, parts[i].iov_len);
  const bool may_wait = (flags & MSG_DONTWAIT) == 0 && !IsNonBlocking(fd);
  const std::size_t size = SizeOf(parts, count);
  const bool waits_for_all = (flags & MSG_WAITALL) != 0 && may_wait && file.is_stream && message == nullptr;
  std::size_t received = 0;
  iovec shortened[kPartsMax];
  for (;;) {
    const long result = Receive(fd, file, may_wait, [&]() -> long {
      iovec slice[kPartsMax];
      const bool may_be_short = message == nullptr && (flags & (MSG_PEEK | MSG_WAITALL)) == 0;
      const std::size_t wanted = may_be_short ? ChooseReadSize(fd, file, size - received) : size - received;
      if (wanted < size - received) count = Slice(parts, count, 0, wanted, shortened);
      if (wanted < size - received) parts = shortened;
      if (file.kind != ObjectKind::kSocket) return SystemCall(SYS_readv, fd, parts, count);
      msghdr header = {};
      if (message == nullptr) message = &header;
      msghdr own = *message;
      own.msg_iov = const_cast<iovec*>(parts);
      own.msg_iovlen = static_cast<std::size_t>(count);
      if (received > 0) {
        own.msg_iov = slice;
        own.msg_iovlen = static_cast<std::size_t>(Slice(parts, count, received, size - received, slice));
      }
      const long got = SystemCall(SYS_recvmsg, fd, &own, (flags & ~MSG_WAITALL) | MSG_DONTWAIT);
      own.msg_iov = message->msg_iov;
      own.msg_iovlen = message->msg_iovlen;
      *message = own;
      if (message == &header) message = nullptr;
      return got;
    });
    if (result > 0) received += static_cast<std::size_t>(result);
    if (result <= 0 && received == 0) return result;
    if (waits_for_all && result > 0 && received < size) continue;
    break;
  }
  std::size_t rest = received;
  for (int i = 0; i < count && rest > 0; ++i) {
    const std::size_t filled = rest < parts[i].iov_len ? rest : parts[i].iov_len;
    NoteKernelWrites(parts[i].iov_base, filled);
    rest -= filled;
  }
  return static_cast<long>(received);
}

// The open file if the call is the engine's to schedule.
OpenFile* Scheduled(int fd) { return IsControlled() ? FindOpenFile(fd) : nullptr; }

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE ssize_t read(int fd, void* buffer, size_t size) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) {
    if (IsControlled()) PrepareMemory(buffer, size);
    return Result(OnFile(OperationKind::kRead, fd, [&] { return SystemCall(SYS_read, fd, buffer, size); }));
  }
  const iovec part = {buffer, size};
  return Result(Read(fd, *file, &part, 1, nullptr, 0));
}
// What _FORTIFY_SOURCE makes of it; no header declares it.
RC_INTERPOSE ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room) {
  if (size > room) __builtin_trap();
  return read(fd, buffer, size);
}
RC_INTERPOSE ssize_t readv(int fd, const iovec* parts, int count) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) {
    if (IsControlled()) {
      for (int i = 0; i < count; ++i) PrepareMemory(parts[i].iov_base, parts[i].iov_len);
    }
    return Result(OnFile(OperationKind::kRead, fd, [&] { return SystemCall(SYS_readv, fd, parts, count); }));
  }
  return Result(Read(fd, *file, parts, count, nullptr, 0));
}
RC_INTERPOSE ssize_t write(int fd, const void* buffer, size_t size) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) {
    return Result(OnFile(OperationKind::kWrite, fd, [&] { return SystemCall(SYS_write, fd, buffer, size); }));
  }
  const iovec part = {const_cast<void*>(buffer), size};
  return Result(Write(fd, *file, &part, 1, nullptr, 0));
}
RC_INTERPOSE ssize_t writev(int fd, const iovec* parts, int count) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) {
    return Result(OnFile(OperationKind::kWrite, fd, [&] { return SystemCall(SYS_writev, fd, parts, count); }));
  }
  return Result(Write(fd, *file, parts, count, nullptr, 0));
}
RC_INTERPOSE ssize_t recvmsg(int fd, msghdr* message, int flags) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(recvmsg)(fd, message, flags);
  PrepareMemory(message->msg_name, message->msg_namelen);
  PrepareMemory(message->msg_control, message->msg_controllen);
  return Result(Read(fd, *file, message->msg_iov, static_cast<int>(message->msg_iovlen), message, flags));
}
RC_INTERPOSE ssize_t recvfrom(int fd, void* buffer, size_t size, int flags, sockaddr* from, socklen_t* from_size) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(recvfrom)(fd, buffer, size, flags, from, from_size);
  const iovec part = {buffer, size};
  if (from == nullptr) return Result(Read(fd, *file, &part, 1, nullptr, flags));
  msghdr message = {};
  message.msg_name = from;
  message.msg_namelen = *from_size;
  PrepareMemory(from, *from_size);
  const long result = Read(fd, *file, &part, 1, &message, flags);
  if (result >= 0) *from_size = message.msg_namelen;
  return Result(result);
}
RC_INTERPOSE ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(recv)(fd, buffer, size, flags);
  const iovec part = {buffer, size};
  return Result(Read(fd, *file, &part, 1, nullptr, flags));
}
RC_INTERPOSE ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(sendmsg)(fd, message, flags);
  return Result(Write(fd, *file, message->msg_iov, static_cast<int>(message->msg_iovlen), message, flags));
}
RC_INTERPOSE ssize_t sendto(int fd, const void* buffer, size_t size, int flags, const sockaddr* to, socklen_t to_size) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(sendto)(fd, buffer, size, flags, to, to_size);
  const iovec part = {const_cast<void*>(buffer), size};
  msghdr message = {};
  message.msg_name = const_cast<sockaddr*>(to);
  message.msg_namelen = to != nullptr ? to_size : 0;
  return Result(Write(fd, *file, &part, 1, &message, flags));
}
RC_INTERPOSE ssize_t send(int fd, const void* buffer, size_t size, int flags) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(send)(fd, buffer, size, flags);
  const iovec part = {const_cast<void*>(buffer), size};
  return Result(Write(fd, *file, &part, 1, nullptr, flags));
}
