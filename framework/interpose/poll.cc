// poll, select, epoll: waiting for one of several descriptors. Source: POSIX.1-2017, poll, pselect; epoll(7).

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

constexpr unsigned kEntriesMax = 1024;

VirtualTime DeadlineInMilliseconds(int milliseconds) {
  if (milliseconds < 0) return kNever;
  return DeadlineAfter({milliseconds / 1000, (milliseconds % 1000) * 1'000'000L});
}

// Whoever sees that there is something knows what its sender did.
void NoteSeenAt(int fd, short readiness) {
  if ((readiness & (POLLIN | POLLHUP | POLLPRI)) == 0) return;
  if (OpenFile* file = FindOpenFile(fd)) NoteSeen(fd, *file);
}

// Waits for one of `entries`; returns how many are ready. A `deadline` in the past asks without waiting.
int Poll(pollfd* entries, unsigned count, VirtualTime deadline, bool may_wait) {
  Execution& execution = TheExecution();
  OpenFile* single = count == 1 ? FindOpenFile(entries[0].fd) : nullptr;
  SyncObject* object = single != nullptr ? single->object : &DescriptorTableObject();
  if (may_wait) {
    if (AwaitDescriptors(OperationKind::kPoll, object, entries, count, deadline, false) == Readiness::kInterrupted) {
      return static_cast<int>(Result(-EINTR));
    }
  } else {
    Arrive(OperationKind::kPoll, object->address);
  }
  const long ready = SystemCall(SYS_poll, entries, count, 0);
  if (ready > 0) {
    for (unsigned i = 0; i < count; ++i) NoteSeenAt(entries[i].fd, entries[i].revents);
  }
  if (execution.records) NoteOutcome(ready == 0 ? (may_wait ? "times out" : "nothing is ready") : "");
  Performed(OperationKind::kPoll, object, static_cast<std::uint32_t>(ready) & 0xffffff);
  if (ready == 0 && !may_wait) execution.resting.Add(execution.current->accessor.slot);
  if (ready != 0) NoteChange();
  return static_cast<int>(Result(ready));
}

bool IsZero(const timespec& time) { return time.tv_sec == 0 && time.tv_nsec == 0; }

int PollUntil(pollfd* entries, nfds_t count, const timespec* timeout) {
  if (count > kEntriesMax) ReportUncontrolled("a thread waits for more than 1,024 descriptors");
  PrepareMemory(entries, count * sizeof(pollfd));
  // The engine asks again and again while the thread waits: in a copy, so that the program's own is written once.
  pollfd own[kEntriesMax];
  memcpy(own, entries, count * sizeof(pollfd));
  const bool may_wait = timeout == nullptr || !IsZero(*timeout);
  const int result =
      Poll(own, static_cast<unsigned>(count), timeout != nullptr ? DeadlineAfter(*timeout) : kNever, may_wait);
  for (nfds_t i = 0; i < count; ++i) entries[i].revents = own[i].revents;
  return result;
}

int SelectUntil(int count, fd_set* reads, fd_set* writes, fd_set* errors, const timespec* timeout) {
  pollfd entries[FD_SETSIZE];
  unsigned used = 0;
  for (int fd = 0; fd < count && fd < FD_SETSIZE; ++fd) {
    short events = 0;
    if (reads != nullptr && FD_ISSET(fd, reads)) events |= POLLIN;
    if (writes != nullptr && FD_ISSET(fd, writes)) events |= POLLOUT;
    if (errors != nullptr && FD_ISSET(fd, errors)) events |= POLLPRI;
    if (events != 0) entries[used++] = {fd, events, 0};
  }
  const bool may_wait = timeout == nullptr || !IsZero(*timeout);
  if (Poll(entries, used, timeout != nullptr ? DeadlineAfter(*timeout) : kNever, may_wait) < 0) return -1;
  int ready = 0;
  for (unsigned i = 0; i < used; ++i) {
    if ((entries[i].revents & POLLNVAL) != 0) {
      errno = EBADF;
      return -1;
    }
  }
  for (unsigned i = 0; i < used; ++i) {
    const auto [fd, events, revents] = entries[i];
    const auto keep = [&](fd_set* set, short event, int meaning) {
      if (set == nullptr || (events & event) == 0) return;
      if ((revents & meaning) != 0) {
        ++ready;
      } else {
        FD_CLR(fd, set);
      }
    };
    keep(reads, POLLIN, POLLIN | POLLHUP | POLLERR);
    keep(writes, POLLOUT, POLLOUT | POLLERR);
    keep(errors, POLLPRI, POLLPRI);
  }
  return ready;
}

int EpollCreate(int flags) {
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  const long result = SystemCall(SYS_epoll_create1, flags);
  if (result < 0) return static_cast<int>(Result(result));
  OpenFile& file = NewOpenFile(ObjectKind::kEpoll, NewNumberedObject(ObjectKind::kEpoll));
  EnterDescriptor(static_cast<int>(result), file, (flags & EPOLL_CLOEXEC) != 0);
  PerformedOnDescriptor(OperationKind::kOpen, file.object, result);
  return static_cast<int>(result);
}

int EpollControl(int fd, int operation, int target, epoll_event* event) {
  OpenFile* file = FindOpenFile(fd);
  if (file == nullptr) return RC_REAL(epoll_ctl)(fd, operation, target, event);
  Arrive(OperationKind::kDescriptorControl, file->object->address);
  const long result = SystemCall(SYS_epoll_ctl, fd, operation, target, event);
  PerformedOnDescriptor(OperationKind::kDescriptorControl, file->object, result);
  return static_cast<int>(Result(result));
}

int EpollWait(int fd, epoll_event* events, int count, int milliseconds) {
  OpenFile* file = FindOpenFile(fd);
  if (file == nullptr) return RC_REAL(epoll_wait)(fd, events, count, milliseconds);
  Execution& execution = TheExecution();
  if (count > 0) PrepareMemory(events, static_cast<std::size_t>(count) * sizeof(epoll_event));
  SyncObject* object = file->object;
  if (milliseconds != 0) {
    pollfd entry = {fd, POLLIN, 0};
    if (AwaitDescriptors(OperationKind::kPoll, object, &entry, 1, DeadlineInMilliseconds(milliseconds), false) ==
        Readiness::kInterrupted) {
      return static_cast<int>(Result(-EINTR));
    }
  } else {
    Arrive(OperationKind::kPoll, object->address);
  }
  const long ready = SystemCall(SYS_epoll_wait, fd, events, count, 0);
  if (ready > 0) {
    // Which descriptors were meant only the program knows: it learns of all that have something for it.
    for (int i = 0; i < ProcessAt(ThisProcess()).descriptors.count; ++i) {
      OpenFile* watched = FindOpenFile(i);
      if (watched != nullptr && HasChannel(watched->incoming)) NoteSeenAt(i, ReadinessOf(i, POLLIN));
    }
    NoteKernelWrites(events, static_cast<std::size_t>(ready) * sizeof(epoll_event));
    NoteChange();
  }
  Performed(OperationKind::kPoll, object, static_cast<std::uint32_t>(ready) & 0xffffff);
  if (ready == 0 && milliseconds == 0) execution.resting.Add(execution.current->accessor.slot);
  RecheckDescriptors();  // an edge that was seen is over
  return static_cast<int>(Result(ready));
}

// Calls wait() with `mask` blocked instead of what the thread blocks else; null changes nothing.
template <typename Wait>
int WithMask(const sigset_t* mask, Wait wait) {
  if (mask == nullptr) return wait();
  Thread& self = *TheExecution().current;
  const std::uint64_t mask_before = self.signal_mask;
  const Step handled_before = self.last_handled;
  self.signal_mask = MaskOf(*mask);
  // Those that were pending when the mask changed.
  bool restarts = true;
  int result = -1;
  if (TheExecution().has_interruptions) RunHandlers(&restarts);
  if (self.last_handled == handled_before) result = wait();
  // One that asks without waiting may have been interrupted at its scheduling point.
  if (result <= 0 && self.last_handled != handled_before) result = static_cast<int>(Result(-EINTR));
  self.signal_mask = mask_before;
  return result;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int poll(pollfd* entries, nfds_t count, int timeout) {
  if (!IsControlled()) return RC_REAL(poll)(entries, count, timeout);
  TestCancel();
  const timespec time = {timeout / 1000, (timeout % 1000) * 1'000'000L};
  return PollUntil(entries, count, timeout < 0 ? nullptr : &time);
}
RC_INTERPOSE int ppoll(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  if (!IsControlled()) return RC_REAL(ppoll)(entries, count, timeout, mask);
  TestCancel();
  return WithMask(mask, [&] { return PollUntil(entries, count, timeout); });
}
RC_INTERPOSE int select(int count, fd_set* reads, fd_set* writes, fd_set* errors, timeval* timeout) {
  if (!IsControlled()) return RC_REAL(select)(count, reads, writes, errors, timeout);
  TestCancel();
  if (timeout == nullptr) return SelectUntil(count, reads, writes, errors, nullptr);
  const timespec time = {timeout->tv_sec, timeout->tv_usec * 1000};
  return SelectUntil(count, reads, writes, errors, &time);
}
RC_INTERPOSE int pselect(int count, fd_set* reads, fd_set* writes, fd_set* errors, const timespec* timeout,
                         const sigset_t* mask) {
  if (!IsControlled()) return RC_REAL(pselect)(count, reads, writes, errors, timeout, mask);
  TestCancel();
  return WithMask(mask, [&] { return SelectUntil(count, reads, writes, errors, timeout); });
}
RC_INTERPOSE int epoll_create(int size) noexcept {
  if (!IsControlled()) return RC_REAL(epoll_create)(size);
  return EpollCreate(0);
}
RC_INTERPOSE int epoll_create1(int flags) noexcept {
  if (!IsControlled()) return RC_REAL(epoll_create1)(flags);
  return EpollCreate(flags);
}
RC_INTERPOSE int epoll_ctl(int fd, int operation, int target, epoll_event* event) noexcept {
  if (!IsControlled()) return RC_REAL(epoll_ctl)(fd, operation, target, event);
  return EpollControl(fd, operation, target, event);
}
RC_INTERPOSE int epoll_wait(int fd, epoll_event* events, int count, int timeout) {
  if (!IsControlled()) return RC_REAL(epoll_wait)(fd, events, count, timeout);
  TestCancel();
  return EpollWait(fd, events, count, timeout);
}
RC_INTERPOSE int epoll_pwait(int fd, epoll_event* events, int count, int timeout, const sigset_t* mask) {
  if (!IsControlled()) return RC_REAL(epoll_pwait)(fd, events, count, timeout, mask);
  TestCancel();
  return WithMask(mask, [&] { return EpollWait(fd, events, count, timeout); });
}
