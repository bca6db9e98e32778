// What all functions on descriptors have in common. Program code only.
#ifndef RACECOURSE_INTERPOSE_DESCRIPTOR_IO_H_
#define RACECOURSE_INTERPOSE_DESCRIPTOR_IO_H_

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>

#include "framework/execution/descriptor_wait.h"
#include "framework/execution/descriptors.h"
#include "framework/execution/execution.h"
#include "framework/execution/system_call.h"

extern "C" void __tsan_read_range(void* p, unsigned long size);
extern "C" void __tsan_write_range(void* p, unsigned long size);

namespace racecourse {

// A system call's result as libc returns it.
inline long Result(long result) {
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

// The kernel is about to write to the program's memory, which may be protected.
inline void PrepareMemory(const void* p, std::size_t size) {
  if (p != nullptr) TheExecution().image.PrepareWrite(reinterpret_cast<std::uintptr_t>(p), size);
}

// The kernel read or wrote the program's memory in the current thread's name.
inline void NoteKernelReads(const void* p, std::size_t size) {
  if (p != nullptr && size > 0) __tsan_read_range(const_cast<void*>(p), size);
}
inline void NoteKernelWrites(const void* p, std::size_t size) {
  if (p != nullptr && size > 0) __tsan_write_range(const_cast<void*>(p), size);
}

inline bool IsNonBlocking(int fd) { return (SystemCall(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) != 0; }

// Which of `events` one descriptor is ready for, now.
inline short ReadinessOf(int fd, short events) {
  pollfd entry = {fd, events, 0};
  return SystemCall(SYS_poll, &entry, 1, 0) > 0 ? entry.revents : short{0};
}

// The operation took place with the kernel's `result`; what it did may let others go on.
void PerformedOnDescriptor(OperationKind kind, const SyncObject* object, long result);
// It would have blocked and may not: the thread gives way, because it will try again. Returns -EAGAIN.
long WouldBlock(OperationKind kind, const SyncObject* object);

// When a call that waits now on a socket with that timeout (0: none) gives up.
inline VirtualTime DeadlineOfSocket(std::int64_t timeout) {
  return timeout > 0 ? TheExecution().now + timeout : kNever;
}
// It waited that long. Returns -EAGAIN.
long GivesUp(OperationKind kind, const SyncObject* object);

// Takes bytes from `fd`, whose open file is `file`; waits for them if it `may_wait`. `take()` is the system call, which
// is made when it cannot block. Returns what the kernel does.
template <typename Take>
long Receive(int fd, OpenFile& file, bool may_wait, Take take) {
  const SyncObject* object = file.object;
  const VirtualTime deadline = DeadlineOfSocket(file.receive_timeout);
  do {
    if (may_wait) {
      pollfd entry = {fd, POLLIN, 0};
      // signal(7): SA_RESTART does not hold for a socket with a timeout.
      switch (AwaitDescriptors(OperationKind::kRead, file.object, &entry, 1, deadline, deadline == kNever)) {
        case Readiness::kInterrupted:
          return -EINTR;
        case Readiness::kTimedOut:
          return GivesUp(OperationKind::kRead, object);
        case Readiness::kReady:
          break;
      }
    } else {
      Arrive(OperationKind::kRead, object->address);
    }
    const long result = take();
    if (result == -EAGAIN) continue;
    if (result >= 0 && FindOpenFile(fd) == &file) NoteReceived(fd, file, static_cast<std::uint64_t>(result));
    PerformedOnDescriptor(OperationKind::kRead, object, result);
    return result;
  } while (may_wait);
  return WouldBlock(OperationKind::kRead, object);
}

// Gives `size` bytes to `fd`. `give(offset, size)` is the system call for some of them; it does not block, whatever the
// descriptor's flags are.
template <typename Give>
long Send(int fd, OpenFile& file, bool may_wait, std::size_t size, Give give) {
  const SyncObject* object = file.object;
  const VirtualTime deadline = DeadlineOfSocket(file.send_timeout);
  std::size_t sent = 0;
  bool waits = false;
  for (;;) {
    if (waits) {
      pollfd entry = {fd, POLLOUT, 0};
      switch (AwaitDescriptors(OperationKind::kWrite, file.object, &entry, 1, deadline, deadline == kNever)) {
        case Readiness::kInterrupted:
          return sent > 0 ? static_cast<long>(sent) : -EINTR;
        case Readiness::kTimedOut:
          if (const long error = GivesUp(OperationKind::kWrite, object); sent == 0) return error;
          return static_cast<long>(sent);
        case Readiness::kReady:
          break;
      }
    } else {
      Arrive(OperationKind::kWrite, object->address);
    }
    const long result = give(sent, size - sent);
    if (result == -EAGAIN && may_wait) {
      waits = true;
      continue;
    }
    if (result == -EAGAIN) return WouldBlock(OperationKind::kWrite, object);
    if (result >= 0 && FindOpenFile(fd) == &file) {
      // Whoever made room has read what was there before.
      if (waits && HasChannel(file.outgoing)) Acquire(*TheExecution().current, ChannelAt(file.outgoing).Room());
      NoteSent(file, static_cast<std::uint64_t>(result));
    }
    PerformedOnDescriptor(OperationKind::kWrite, object, result);
    if (result < 0) return sent > 0 ? static_cast<long>(sent) : result;
    sent += static_cast<std::size_t>(result);
    // A write that may wait ends when all is written.
    if (!may_wait || sent >= size) return static_cast<long>(sent);
  }
}

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_DESCRIPTOR_IO_H_
