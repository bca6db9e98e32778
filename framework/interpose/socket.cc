// Sockets between the threads and processes of one execution: Unix sockets and the loopback interface. Source:
// POSIX.1-2017, socket, connect, accept; unix(7), tcp(7).

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

bool ClosesOnExec(int type) { return (type & SOCK_CLOEXEC) != 0; }
bool IsStream(int type) { return (type & 0xf) == SOCK_STREAM; }

// A number for an address: the port, or the bytes of the path. 0 stands for none.
std::uint64_t NumberOf(const sockaddr_storage& address, socklen_t size) {
  if (address.ss_family == AF_INET) {
    return reinterpret_cast<const sockaddr_in&>(address).sin_port | std::uint64_t{1} << 32;
  }
  if (address.ss_family == AF_INET6) {
    return reinterpret_cast<const sockaddr_in6&>(address).sin6_port | std::uint64_t{1} << 32;
  }
  if (address.ss_family != AF_UNIX || size <= sizeof(sa_family_t)) return 0;
  std::uint64_t number = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&address);
  for (socklen_t i = sizeof(sa_family_t); i < size; ++i) {
    // A path may be given with or without its end.
    if (bytes[i] == 0 && i > sizeof(sa_family_t)) break;
    number = MixSeed(number ^ bytes[i]);
  }
  return number | 1;
}

bool IsLocal(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto ip = ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
    return ip >> 24 == 127 || ip == 0;
  }
  if (address->sa_family == AF_INET6) {
    const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(&ip) || IN6_IS_ADDR_UNSPECIFIED(&ip);
  }
  return true;
}

OpenFile& EnterSocket(int fd, int type) {
  OpenFile& file = NewOpenFile(ObjectKind::kSocket, NewNumberedObject(ObjectKind::kSocket));
  file.is_stream = IsStream(type);
  EnterDescriptor(fd, file, ClosesOnExec(type));
  return file;
}

int Socket(int domain, int type, int protocol) {
  if (domain != AF_UNIX && domain != AF_INET && domain != AF_INET6) ReportEscape("socket with this family");
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  const long result = SystemCall(SYS_socket, domain, type, protocol);
  if (result < 0) return static_cast<int>(Result(result));
  OpenFile& file = EnterSocket(static_cast<int>(result), type);
  if (!file.is_stream) SetChannels(file, NetworkChannel(), NetworkChannel());
  PerformedOnDescriptor(OperationKind::kOpen, file.object, result);
  return static_cast<int>(result);
}

int SocketPair(int domain, int type, int protocol, int descriptors[2]) {
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  int opened[2];
  const long result = SystemCall(SYS_socketpair, domain, type, protocol, opened);
  if (result < 0) return static_cast<int>(Result(result));
  OpenFile& first = EnterSocket(opened[0], type);
  OpenFile& second = EnterSocket(opened[1], type);
  const std::uint32_t there = NewChannel(false);
  SetChannels(first, kNoChannel, there);
  const std::uint32_t back = NewChannel(false);
  SetChannels(first, back, there);
  SetChannels(second, there, back);
  PerformedOnDescriptor(OperationKind::kOpen, first.object, opened[0]);
  descriptors[0] = opened[0];
  descriptors[1] = opened[1];
  return 0;
}

// A call that changes a socket and never waits.
template <typename Call>
int ControlSocket(OpenFile& file, Call call) {
  SyncObject* object = file.object;
  Arrive(OperationKind::kDescriptorControl, object->address);
  const long result = call();
  PerformedOnDescriptor(OperationKind::kDescriptorControl, object, result);
  return static_cast<int>(Result(result));
}

int Listen(int fd, OpenFile& file, int backlog) {
  return ControlSocket(file, [&] {
    const long result = SystemCall(SYS_listen, fd, backlog);
    if (result < 0) return result;
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (SystemCall(SYS_getsockname, fd, &address, &size) >= 0) file.address = NumberOf(address, size);
    file.is_listening = true;
    // What connects may know more than what it sends.
    SetChannels(file, NetworkChannel(), kNoChannel);
    return result;
  });
}

std::uint64_t OwnNumber(long system_call, int fd) {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  return SystemCall(system_call, fd, &address, &size) >= 0 ? NumberOf(address, size) : 0;
}

// The kernel has begun to connect `fd` to `address`: whoever accepts gets the other ends of its channels.
void NoteConnecting(int fd, OpenFile& file, const sockaddr* address, socklen_t size) {
  if (!file.is_stream) return;
  sockaddr_storage target = {};
  memcpy(&target, address, size < sizeof target ? size : sizeof target);
  const std::uint64_t number = NumberOf(target, size);
  const OpenFiles& all = TheExecution().open_files;
  bool is_ours = false;
  for (std::uint32_t i = 0; i < all.file_count && !is_ours; ++i) {
    is_ours = all.files[i].descriptors > 0 && all.files[i].is_listening && all.files[i].address == number;
  }
  if (!is_ours) {
    SetChannels(file, NetworkChannel(), NetworkChannel());
    return;
  }
  const std::uint32_t to_server = NewChannel(false);
  SetChannels(file, kNoChannel, to_server);
  const std::uint32_t to_client = NewChannel(false);
  SetChannels(file, to_client, to_server);
  AddPendingConnection({number, OwnNumber(SYS_getsockname, fd), to_server, to_client});
  // What was done before connecting happens before the acceptance.
  NoteSent(file, 0);
}

int Connect(int fd, OpenFile& file, const sockaddr* address, socklen_t size) {
  if (!IsLocal(address)) ReportEscape("connect to another machine");
  SyncObject* object = file.object;
  const bool may_wait = !IsNonBlocking(fd);
  const long flags = SystemCall(SYS_fcntl, fd, F_GETFL);
  Arrive(OperationKind::kConnect, object->address);
  if (may_wait) SystemCall(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
  NoteKernelReads(address, size);
  long result = SystemCall(SYS_connect, fd, address, size);
  while (may_wait && result == -EAGAIN) {
    // As many connections wait as the listening socket allows; nothing tells when there is room.
    ArriveResting(OperationKind::kConnect, object->address);
    result = SystemCall(SYS_connect, fd, address, size);
  }
  if (result == 0 || result == -EINPROGRESS) NoteConnecting(fd, file, address, size);
  if (may_wait && result == -EINPROGRESS) {
    pollfd entry = {fd, POLLOUT, 0};
    if (AwaitDescriptors(OperationKind::kConnect, object, &entry, 1, kNever) == Readiness::kInterrupted) {
      result = -EINTR;  // the connection comes about all the same
    } else {
      int error = 0;
      socklen_t error_size = sizeof error;
      result = SystemCall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
      if (result == 0) result = -error;
    }
  }
  if (may_wait) SystemCall(SYS_fcntl, fd, F_SETFL, flags);
  PerformedOnDescriptor(OperationKind::kConnect, object, result);
  return static_cast<int>(Result(result));
}

int Accept(int fd, OpenFile& file, sockaddr* address, socklen_t* size, int flags) {
  SyncObject* object = file.object;
  const bool may_wait = !IsNonBlocking(fd);
  if (address != nullptr) PrepareMemory(address, *size);
  if (size != nullptr) PrepareMemory(size, sizeof *size);
  const VirtualTime deadline = DeadlineOfSocket(file.receive_timeout);
  long result;
  do {
    if (may_wait) {
      pollfd entry = {fd, POLLIN, 0};
      switch (AwaitDescriptors(OperationKind::kAccept, object, &entry, 1, deadline, deadline == kNever)) {
        case Readiness::kInterrupted:
          return static_cast<int>(Result(-EINTR));
        case Readiness::kTimedOut:
          return static_cast<int>(Result(GivesUp(OperationKind::kAccept, object)));
        case Readiness::kReady:
          break;
      }
    } else {
      Arrive(OperationKind::kAccept, object->address);
      if (ReadinessOf(fd, POLLIN) == 0) return static_cast<int>(Result(WouldBlock(OperationKind::kAccept, object)));
    }
    result = SystemCall(SYS_accept4, fd, address, size, flags);
  } while (result == -EAGAIN && may_wait);
  if (result >= 0) {
    OpenFile& accepted = EnterSocket(static_cast<int>(result), SOCK_STREAM | flags);
    PendingConnection connection;
    if (TakePendingConnection(file.address, OwnNumber(SYS_getpeername, static_cast<int>(result)), &connection)) {
      SetChannels(accepted, connection.to_server, connection.to_client);
      NoteSeen(static_cast<int>(result), accepted);
    } else {
      SetChannels(accepted, NetworkChannel(), NetworkChannel());
    }
  }
  PerformedOnDescriptor(OperationKind::kAccept, object, result);
  return static_cast<int>(Result(result));
}

// Timeouts are kept here, because they are of virtual time.
void NoteTimeout(OpenFile& file, int level, int name, const void* value, socklen_t size) {
  if (level != SOL_SOCKET || (name != SO_RCVTIMEO && name != SO_SNDTIMEO) || size < sizeof(timeval)) return;
  timeval time;
  memcpy(&time, value, sizeof time);
  (name == SO_RCVTIMEO ? file.receive_timeout : file.send_timeout) =
      time.tv_sec < 0 ? 0 : time.tv_sec * 1'000'000'000 + time.tv_usec * 1'000;
}

// What others on the machine may take as well: a port, or a name in Linux's abstract space. 0 where the kernel chooses
// one. Names in the file system are files, and are put back like these.
std::uint64_t SharedName(const sockaddr* address, socklen_t size) {
  if (size < sizeof(sa_family_t)) return 0;
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    return reinterpret_cast<const sockaddr_in*>(address)->sin_port;
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    return reinterpret_cast<const sockaddr_in6*>(address)->sin6_port;
  }
  if (address->sa_family != AF_UNIX || size <= sizeof(sa_family_t) || address->sa_data[0] != '\0') return 0;
  sockaddr_storage name = {};
  memcpy(&name, address, size < sizeof name ? size : sizeof name);
  return NumberOf(name, size) | std::uint64_t{1} << 32;
}

// True if this process has a socket of the execution with that name.
bool HasSocketNamed(std::uint64_t name) {
  const Execution& execution = TheExecution();
  const int count = static_cast<int>(execution.processes[execution.this_process].descriptors.count);
  for (int fd = 0; fd < count; ++fd) {
    if (FindOpenFile(fd) == nullptr) continue;
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (SystemCall(SYS_getsockname, fd, &address, &size) < 0) continue;
    if (SharedName(reinterpret_cast<const sockaddr*>(&address), size) == name) return true;
  }
  return false;
}

long Bind(int fd, const sockaddr* address, socklen_t size) {
  const std::uint64_t name = SharedName(address, size);
  if (name == 0) return SystemCall(SYS_bind, fd, address, size);
  RefuseToShare("the program gives a socket a name of its own, so that only one explorer at a time can run it");
  const bool is_own = HasSocketNamed(name);
  if (address->sa_family != AF_UNIX && !is_own) {
    // A port of an execution before is free again for this one.
    const int on = 1;
    SystemCall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  const long result = SystemCall(SYS_bind, fd, address, size);
  if (result == -EADDRINUSE && !is_own) {
    ReportUncontrolled("a port or a name that the program gives a socket is in use by another program on this machine");
  }
  return result;
}

OpenFile* Scheduled(int fd) { return IsControlled() ? FindOpenFile(fd) : nullptr; }

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int socket(int domain, int type, int protocol) noexcept {
  if (!IsControlled()) return RC_REAL(socket)(domain, type, protocol);
  return Socket(domain, type, protocol);
}
RC_INTERPOSE int socketpair(int domain, int type, int protocol, int descriptors[2]) noexcept {
  if (!IsControlled()) return RC_REAL(socketpair)(domain, type, protocol, descriptors);
  return SocketPair(domain, type, protocol, descriptors);
}
RC_INTERPOSE int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(bind)(fd, address, size);
  return ControlSocket(*file, [&] { return Bind(fd, address, size); });
}
RC_INTERPOSE int setsockopt(int fd, int level, int name, const void* value, socklen_t size) noexcept {
  const long result = SystemCall(SYS_setsockopt, fd, level, name, value, size);
  OpenFile* file = Scheduled(fd);
  if (file != nullptr && result == 0) NoteTimeout(*file, level, name, value, size);
  return static_cast<int>(Result(result));
}
RC_INTERPOSE int listen(int fd, int backlog) noexcept {
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(listen)(fd, backlog);
  return Listen(fd, *file, backlog);
}
RC_INTERPOSE int connect(int fd, const sockaddr* address, socklen_t size) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(connect)(fd, address, size);
  return Connect(fd, *file, address, size);
}
RC_INTERPOSE int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  TestCancel();
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(accept4)(fd, address, size, flags);
  return Accept(fd, *file, address, size, flags);
}
RC_INTERPOSE int accept(int fd, sockaddr* address, socklen_t* size) { return accept4(fd, address, size, 0); }
RC_INTERPOSE int shutdown(int fd, int how) noexcept {
  OpenFile* file = Scheduled(fd);
  if (file == nullptr) return RC_REAL(shutdown)(fd, how);
  if (how != SHUT_RD) NoteSent(*file, 0);
  return ControlSocket(*file, [&] { return SystemCall(SYS_shutdown, fd, how); });
}
