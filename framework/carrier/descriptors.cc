#include "framework/carrier/descriptors.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "framework/carrier/sanitizer.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr int kDescriptorsMax = 1024;
constexpr int kInheritedMax = 64;

struct File {
  dev_t device;
  ino_t inode;
};

bool is_scheduled[kDescriptorsMax];
File inherited[kInheritedMax];
int inherited_count;

// Who closes the last end for writing comes before who reads that nothing more will come: the sanitizer orders what is
// read after what was written, and knows nothing of the end.
char end_of_file;

bool IsSchedulable(int fd) { return fd >= 0 && fd < kDescriptorsMax; }

// A regular file that the program opened itself: others may change it between two operations.
bool IsOwnFile(int fd) {
  struct stat status;
  if (SystemCall(SYS_fstat, fd, &status) < 0 || !S_ISREG(status.st_mode)) return false;
  for (int i = 0; i < inherited_count; ++i) {
    if (inherited[i].device == status.st_dev && inherited[i].inode == status.st_ino) return false;
  }
  return true;
}

}  // namespace

void NoteInheritedFiles() {
  for (int fd = 0; fd < kDescriptorsMax && inherited_count < kInheritedMax; ++fd) {
    struct stat status;
    if (SystemCall(SYS_fstat, fd, &status) == 0) inherited[inherited_count++] = {status.st_dev, status.st_ino};
  }
}

bool IsScheduled(int fd) { return IsFollowing() && IsSchedulable(fd) && is_scheduled[fd]; }

void NoteOpened(int fd) {
  if (fd < 0) return;
  if (!IsSchedulable(fd)) Finish(Following::kUnsupported);
  is_scheduled[fd] = true;
}

void NoteClosed(int fd) {
  if (!IsScheduled(fd)) return;
  is_scheduled[fd] = false;
  __tsan_release(&end_of_file);
}

void CloseScheduled() {
  for (int fd = 0; fd < kDescriptorsMax; ++fd) {
    if (is_scheduled[fd]) SystemCall(SYS_close, fd);
  }
}

bool IsNonBlocking(int fd) { return (SystemCall(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) != 0; }

bool ArriveUntilPerformed(OperationKind kind) {
  for (;;) {
    const std::uint8_t outcome = Arrive(kind).outcome;
    if (outcome != Arrival::kNoOutcome) return outcome != Arrival::kGaveUp;
  }
}

bool ArriveToTransfer(OperationKind kind, int fd) {
  if (!IsFollowing()) return true;
  if (IsScheduled(fd)) return ArriveUntilPerformed(kind);
  if (LiveCarriers() > 1 && IsOwnFile(fd)) Arrive(kind);
  return true;
}

namespace {

// The result of a read that the sanitizer saw.
ssize_t Received(int fd, ssize_t result) {
  if (result == 0 && IsScheduled(fd)) __tsan_acquire(&end_of_file);
  return result;
}

// Lets a blocking descriptor refuse to wait for the duration of one call.
template <typename Call>
auto WithoutWaiting(int fd, Call call) {
  const long flags = SystemCall(SYS_fcntl, fd, F_GETFL);
  SystemCall(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
  const auto result = call();
  const int error = errno;
  SystemCall(SYS_fcntl, fd, F_SETFL, flags);
  errno = error;
  return result;
}

bool IsStream(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return SystemCall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type == SOCK_STREAM;
}

// A write that may wait goes on until all is written, in as many operations as the itinerary has. `give(offset)` does
// not block.
template <typename Give>
ssize_t Send(int fd, std::size_t size, bool may_wait, Give give) {
  const bool at_once = !may_wait || !IsStream(fd);
  std::size_t sent = 0;
  for (;;) {
    if (!ArriveUntilPerformed(OperationKind::kWrite)) return sent > 0 ? static_cast<ssize_t>(sent) : Fail(EAGAIN);
    const ssize_t result = give(sent);
    if (result < 0) return sent > 0 ? static_cast<ssize_t>(sent) : result;
    sent += static_cast<std::size_t>(result);
    if (at_once || sent >= size) return static_cast<ssize_t>(sent);
  }
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_WEAKLY(pipe)
RC_WEAKLY(pipe2)
RC_WEAKLY(eventfd)
RC_WEAKLY(close)
RC_WEAKLY(dup)
RC_WEAKLY(dup2)
RC_WEAKLY(dup3)
RC_WEAKLY(fclose)
RC_WEAKLY(read)
RC_WEAKLY(readv)
RC_WEAKLY(pread)
RC_WEAKLY(pread64)
RC_WEAKLY(write)
RC_WEAKLY(writev)
RC_WEAKLY(pwrite)
RC_WEAKLY(pwrite64)
RC_WEAKLY(recv)
RC_WEAKLY(recvfrom)
RC_WEAKLY(recvmsg)
RC_WEAKLY(send)
RC_WEAKLY(sendto)
RC_WEAKLY(sendmsg)
RC_WEAKLY(poll)
RC_WEAKLY(ppoll)
RC_WEAKLY(select)
RC_WEAKLY(pselect)
RC_WEAKLY(epoll_create)
RC_WEAKLY(epoll_create1)
RC_WEAKLY(epoll_ctl)
RC_WEAKLY(epoll_wait)
RC_WEAKLY(epoll_pwait)
RC_WEAKLY(socket)
RC_WEAKLY(socketpair)
RC_WEAKLY(bind)
RC_WEAKLY(listen)
RC_WEAKLY(connect)
RC_WEAKLY(accept)
RC_WEAKLY(accept4)
RC_WEAKLY(shutdown)
RC_WEAKLY(lseek)
RC_WEAKLY(lseek64)

// --- how descriptors come and go ---

RC_CARRY int pipe(int ends[2]) noexcept {
  if (!IsFollowing()) return RC_BEHIND(pipe)(ends);
  Arrive(OperationKind::kOpen);
  const int result = RC_BEHIND(pipe)(ends);
  for (int i = 0; i < 2 && result == 0; ++i) NoteOpened(ends[i]);
  return result;
}
RC_CARRY int pipe2(int ends[2], int flags) noexcept {
  if (!IsFollowing()) return RC_BEHIND(pipe2)(ends, flags);
  Arrive(OperationKind::kOpen);
  const int result = RC_BEHIND(pipe2)(ends, flags);
  for (int i = 0; i < 2 && result == 0; ++i) NoteOpened(ends[i]);
  return result;
}
RC_CARRY int socketpair(int domain, int type, int protocol, int ends[2]) noexcept {
  if (!IsFollowing()) return RC_BEHIND(socketpair)(domain, type, protocol, ends);
  Arrive(OperationKind::kOpen);
  const int result = RC_BEHIND(socketpair)(domain, type, protocol, ends);
  for (int i = 0; i < 2 && result == 0; ++i) NoteOpened(ends[i]);
  return result;
}

#define RC_OPENS(name, parameters, arguments)             \
  RC_CARRY int name parameters noexcept {                 \
    if (!IsFollowing()) return RC_BEHIND(name) arguments; \
    Arrive(OperationKind::kOpen);                         \
    const int result = RC_BEHIND(name) arguments;         \
    NoteOpened(result);                                   \
    return result;                                        \
  }
RC_OPENS(eventfd, (unsigned value, int flags), (value, flags))
RC_OPENS(socket, (int domain, int type, int protocol), (domain, type, protocol))
RC_OPENS(epoll_create, (int size), (size))
RC_OPENS(epoll_create1, (int flags), (flags))

RC_CARRY int eventfd_read(int fd, eventfd_t* value) { return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1; }
RC_CARRY int eventfd_write(int fd, eventfd_t value) { return write(fd, &value, sizeof value) == sizeof value ? 0 : -1; }

RC_CARRY int close(int fd) {
  if (IsFollowing()) {
    Arrive(OperationKind::kClose);
    NoteClosed(fd);
  }
  RC_GO_ON RC_BEHIND(close)(fd);
}
RC_CARRY int close_range(unsigned first, unsigned last, int flags) noexcept {
  if (IsFollowing()) {
    Arrive(OperationKind::kClose);
    for (unsigned fd = first; fd <= last && fd < static_cast<unsigned>(kDescriptorsMax); ++fd) {
      if ((flags & CLOSE_RANGE_CLOEXEC) == 0) NoteClosed(static_cast<int>(fd));
    }
  }
  const long result = SystemCall(SYS_close_range, first, last, flags);
  return result < 0 ? Fail(static_cast<int>(-result)) : 0;
}
RC_CARRY int fclose(FILE* file) {
  if (IsFollowing() && file != nullptr) NoteClosed(fileno(file));
  RC_GO_ON RC_BEHIND(fclose)(file);
}

namespace {

template <typename Call>
int Duplicate(int fd, Call call) {
  Arrive(OperationKind::kDuplicate);
  const bool was_scheduled = IsScheduled(fd);
  const int result = call();
  if (result >= 0 && result != fd) NoteClosed(result);
  if (was_scheduled) NoteOpened(result);
  return result;
}

}  // namespace

RC_CARRY int dup(int fd) noexcept {
  if (!IsFollowing()) return RC_BEHIND(dup)(fd);
  return Duplicate(fd, [&] { return RC_BEHIND(dup)(fd); });
}
RC_CARRY int dup2(int fd, int target) noexcept {
  if (!IsFollowing()) return RC_BEHIND(dup2)(fd, target);
  return Duplicate(fd, [&] { return RC_BEHIND(dup2)(fd, target); });
}
RC_CARRY int dup3(int fd, int target, int flags) noexcept {
  if (!IsFollowing()) return RC_BEHIND(dup3)(fd, target, flags);
  return Duplicate(fd, [&] { return RC_BEHIND(dup3)(fd, target, flags); });
}

namespace {

int Control(int fd, int command, long argument) {
  const auto call = [&] {
    const long result = SystemCall(SYS_fcntl, fd, command, argument);
    return result < 0 ? Fail(static_cast<int>(-result)) : static_cast<int>(result);
  };
  if (!IsFollowing()) return call();
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return Duplicate(fd, call);
    default:
      return call();
  }
}

}  // namespace

RC_CARRY int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  return Control(fd, command, argument);
}
RC_CARRY int fcntl64(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  return Control(fd, command, argument);
}

// --- reading and writing ---

#define RC_RECEIVES(name, parameters, arguments)                          \
  RC_CARRY ssize_t name parameters {                                      \
    if (!ArriveToTransfer(OperationKind::kRead, fd)) return Fail(EAGAIN); \
    return Received(fd, RC_BEHIND(name) arguments);                       \
  }
RC_RECEIVES(read, (int fd, void* buffer, size_t size), (fd, buffer, size))
RC_RECEIVES(readv, (int fd, const iovec* parts, int count), (fd, parts, count))
RC_RECEIVES(pread, (int fd, void* buffer, size_t size, off_t at), (fd, buffer, size, at))
RC_RECEIVES(pread64, (int fd, void* buffer, size_t size, off64_t at), (fd, buffer, size, at))
RC_RECEIVES(recvmsg, (int fd, msghdr* message, int flags), (fd, message, flags))

namespace {

// MSG_WAITALL: as many operations as the itinerary has.
template <typename Take>
ssize_t ReceiveAll(int fd, std::size_t size, Take take) {
  std::size_t received = 0;
  for (;;) {
    const bool gave_up = !ArriveUntilPerformed(OperationKind::kRead);
    const ssize_t result = gave_up ? Fail(EAGAIN) : Received(fd, take(received));
    if (result <= 0) return received > 0 ? static_cast<ssize_t>(received) : result;
    received += static_cast<std::size_t>(result);
    if (received >= size) return static_cast<ssize_t>(received);
  }
}

}  // namespace

RC_CARRY ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  if (IsScheduled(fd) && (flags & MSG_WAITALL) != 0 && !IsNonBlocking(fd) && IsStream(fd)) {
    return ReceiveAll(fd, size, [&](std::size_t offset) {
      return RC_BEHIND(recv)(fd, static_cast<char*>(buffer) + offset, size - offset,
                             (flags & ~MSG_WAITALL) | MSG_DONTWAIT);
    });
  }
  if (!ArriveToTransfer(OperationKind::kRead, fd)) return Fail(EAGAIN);
  return Received(fd, RC_BEHIND(recv)(fd, buffer, size, flags));
}
RC_CARRY ssize_t recvfrom(int fd, void* buffer, size_t size, int flags, sockaddr* from, socklen_t* from_size) {
  if (from == nullptr) return recv(fd, buffer, size, flags);
  if (!ArriveToTransfer(OperationKind::kRead, fd)) return Fail(EAGAIN);
  return Received(fd, RC_BEHIND(recvfrom)(fd, buffer, size, flags, from, from_size));
}

RC_CARRY ssize_t write(int fd, const void* buffer, size_t size) {
  if (!IsScheduled(fd)) {
    ArriveToTransfer(OperationKind::kWrite, fd);
    RC_GO_ON RC_BEHIND(write)(fd, buffer, size);
  }
  const bool may_wait = !IsNonBlocking(fd);
  return Send(fd, size, may_wait, [&](std::size_t offset) {
    return WithoutWaiting(
        fd, [&] { return RC_BEHIND(write)(fd, static_cast<const char*>(buffer) + offset, size - offset); });
  });
}
RC_CARRY ssize_t send(int fd, const void* buffer, size_t size, int flags) {
  if (!IsScheduled(fd)) RC_GO_ON RC_BEHIND(send)(fd, buffer, size, flags);
  const bool may_wait = (flags & MSG_DONTWAIT) == 0 && !IsNonBlocking(fd);
  return Send(fd, size, may_wait, [&](std::size_t offset) {
    return RC_BEHIND(send)(fd, static_cast<const char*>(buffer) + offset, size - offset, flags | MSG_DONTWAIT);
  });
}
RC_CARRY ssize_t sendto(int fd, const void* buffer, size_t size, int flags, const sockaddr* to, socklen_t to_size) {
  if (!IsScheduled(fd)) RC_GO_ON RC_BEHIND(sendto)(fd, buffer, size, flags, to, to_size);
  const bool may_wait = (flags & MSG_DONTWAIT) == 0 && !IsNonBlocking(fd);
  return Send(fd, size, may_wait, [&](std::size_t offset) {
    return RC_BEHIND(sendto)(fd, static_cast<const char*>(buffer) + offset, size - offset, flags | MSG_DONTWAIT, to,
                             to_size);
  });
}

namespace {

// What is written in one piece, or not at all, is followed; the rest of a list of parts is not.
template <typename Give>
ssize_t SendParts(int fd, const iovec* parts, std::size_t count, bool may_wait, Give give) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) size += parts[i].iov_len;
  return Send(fd, size, may_wait, [&](std::size_t offset) -> ssize_t {
    if (offset > 0) Finish(Following::kUnsupported);
    return WithoutWaiting(fd, give);
  });
}

}  // namespace

RC_CARRY ssize_t writev(int fd, const iovec* parts, int count) {
  if (!IsScheduled(fd)) {
    ArriveToTransfer(OperationKind::kWrite, fd);
    RC_GO_ON RC_BEHIND(writev)(fd, parts, count);
  }
  return SendParts(fd, parts, static_cast<std::size_t>(count), !IsNonBlocking(fd),
                   [&] { return RC_BEHIND(writev)(fd, parts, count); });
}
RC_CARRY ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (!IsScheduled(fd)) RC_GO_ON RC_BEHIND(sendmsg)(fd, message, flags);
  return SendParts(fd, message->msg_iov, message->msg_iovlen, (flags & MSG_DONTWAIT) == 0 && !IsNonBlocking(fd),
                   [&] { return RC_BEHIND(sendmsg)(fd, message, flags); });
}
RC_CARRY ssize_t pwrite(int fd, const void* buffer, size_t size, off_t at) {
  ArriveToTransfer(OperationKind::kWrite, fd);
  RC_GO_ON RC_BEHIND(pwrite)(fd, buffer, size, at);
}
RC_CARRY ssize_t pwrite64(int fd, const void* buffer, size_t size, off64_t at) {
  ArriveToTransfer(OperationKind::kWrite, fd);
  RC_GO_ON RC_BEHIND(pwrite64)(fd, buffer, size, at);
}
RC_CARRY off_t lseek(int fd, off_t to, int whence) noexcept {
  if (!IsScheduled(fd)) ArriveToTransfer(OperationKind::kDescriptorControl, fd);
  RC_GO_ON RC_BEHIND(lseek)(fd, to, whence);
}
RC_CARRY off64_t lseek64(int fd, off64_t to, int whence) noexcept {
  if (!IsScheduled(fd)) ArriveToTransfer(OperationKind::kDescriptorControl, fd);
  RC_GO_ON RC_BEHIND(lseek64)(fd, to, whence);
}

// --- waiting for one of several ---

RC_CARRY int poll(pollfd* entries, nfds_t count, int timeout) {
  if (!IsFollowing()) return RC_BEHIND(poll)(entries, count, timeout);
  ArriveUntilPerformed(OperationKind::kPoll);
  return RC_BEHIND(poll)(entries, count, 0);
}
RC_CARRY int ppoll(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  if (!IsFollowing()) return RC_BEHIND(ppoll)(entries, count, timeout, mask);
  return poll(entries, count, 0);
}
RC_CARRY int select(int count, fd_set* reads, fd_set* writes, fd_set* errors, timeval* timeout) {
  if (!IsFollowing()) return RC_BEHIND(select)(count, reads, writes, errors, timeout);
  ArriveUntilPerformed(OperationKind::kPoll);
  timeval none = {};
  return RC_BEHIND(select)(count, reads, writes, errors, &none);
}
RC_CARRY int pselect(int count, fd_set* reads, fd_set* writes, fd_set* errors, const timespec* timeout,
                     const sigset_t* mask) {
  if (!IsFollowing()) return RC_BEHIND(pselect)(count, reads, writes, errors, timeout, mask);
  return select(count, reads, writes, errors, nullptr);
}
RC_CARRY int epoll_ctl(int fd, int operation, int target, epoll_event* event) noexcept {
  if (IsScheduled(fd)) Arrive(OperationKind::kDescriptorControl);
  RC_GO_ON RC_BEHIND(epoll_ctl)(fd, operation, target, event);
}
RC_CARRY int epoll_wait(int fd, epoll_event* events, int count, int timeout) {
  if (!IsScheduled(fd)) return RC_BEHIND(epoll_wait)(fd, events, count, timeout);
  ArriveUntilPerformed(OperationKind::kPoll);
  return RC_BEHIND(epoll_wait)(fd, events, count, 0);
}
RC_CARRY int epoll_pwait(int fd, epoll_event* events, int count, int timeout, const sigset_t* mask) {
  if (!IsScheduled(fd)) return RC_BEHIND(epoll_pwait)(fd, events, count, timeout, mask);
  return epoll_wait(fd, events, count, 0);
}

// --- sockets ---

RC_CARRY int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
  if (IsScheduled(fd)) Arrive(OperationKind::kDescriptorControl);
  RC_GO_ON RC_BEHIND(bind)(fd, address, size);
}
RC_CARRY int listen(int fd, int backlog) noexcept {
  if (IsScheduled(fd)) Arrive(OperationKind::kDescriptorControl);
  RC_GO_ON RC_BEHIND(listen)(fd, backlog);
}
RC_CARRY int shutdown(int fd, int how) noexcept {
  if (IsScheduled(fd)) {
    Arrive(OperationKind::kDescriptorControl);
    __tsan_release(&end_of_file);
  }
  RC_GO_ON RC_BEHIND(shutdown)(fd, how);
}
RC_CARRY int connect(int fd, const sockaddr* address, socklen_t size) {
  if (IsScheduled(fd) && Arrive(OperationKind::kConnect).outcome == Arrival::kNoOutcome) {
    // It begins here, and is completed later: whoever accepts may come in between.
    WithoutWaiting(fd, [&] { return SystemCall(SYS_connect, fd, address, size); });
    ArriveUntilPerformed(OperationKind::kConnect);
  }
  RC_GO_ON RC_BEHIND(connect)(fd, address, size);
}
RC_CARRY int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (!IsScheduled(fd)) return RC_BEHIND(accept4)(fd, address, size, flags);
  if (!ArriveUntilPerformed(OperationKind::kAccept)) return Fail(EAGAIN);
  const int result = RC_BEHIND(accept4)(fd, address, size, flags);
  NoteOpened(result);
  return result;
}
RC_CARRY int accept(int fd, sockaddr* address, socklen_t* size) {
  if (!IsScheduled(fd)) return RC_BEHIND(accept)(fd, address, size);
  return accept4(fd, address, size, 0);
}
