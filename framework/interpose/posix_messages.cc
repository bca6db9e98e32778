// Message queues by name: mq_open, mq_send, mq_receive and their relatives. Source: POSIX.1-2017; mq_overview(7), for
// the limits. Behind the descriptor of a queue is nothing: the engine keeps the messages.

#include <fcntl.h>
#include <mqueue.h>
#include <stdarg.h>

#include <cstring>

#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/message.h"
#include "framework/interpose/system_v.h"
#include "framework/interpose/virtual_time.h"

namespace racecourse {
namespace {

constexpr char kWhat[] = "the message queue";
// For those without privileges.
constexpr long kCountMax = 10;
constexpr long kSizeMax = 8192;
constexpr unsigned kPriorityMax = 32768;

MessageQueue* FindQueue(const char* name) {
  SystemObjects& all = TheSystemObjects();
  for (std::uint32_t i = 0; i < all.queue_count; ++i) {
    if (all.queues[i].name[0] != '\0' && std::strcmp(all.queues[i].name, name) == 0) return &all.queues[i];
  }
  return nullptr;
}

// The queue behind a descriptor; null with errno EBADF.
MessageQueue* QueueOf(mqd_t descriptor) {
  const OpenFile* file = FindOpenFile(descriptor);
  SystemObjects& all = TheSystemObjects();
  for (std::uint32_t i = 0; file != nullptr && i < all.queue_count; ++i) {
    if (all.queues[i].object == file->object) return &all.queues[i];
  }
  errno = EBADF;
  return nullptr;
}

MessageQueue& NewQueue(const char* name, const mq_attr* attributes) {
  SystemObjects& all = TheSystemObjects();
  if (all.queue_count == SystemObjects::kMax) ReportUncontrolled("the program makes more than 64 message queues");
  MessageQueue& queue = all.queues[all.queue_count++];
  queue = {};
  std::strcpy(queue.name, name);
  queue.count_max = static_cast<std::size_t>(attributes != nullptr ? attributes->mq_maxmsg : kCountMax);
  queue.size_max = static_cast<std::size_t>(attributes != nullptr ? attributes->mq_msgsize : kSizeMax);
  queue.object = &NewNumberedObject(ObjectKind::kMessageQueue);
  NoteKernelObject(kWhat, name);
  return queue;
}

bool IsName(const char* name) {
  return name[0] == '/' && name[1] != '\0' && std::strchr(name + 1, '/') == nullptr &&
         std::strlen(name) < sizeof MessageQueue::name;
}

int OpenQueue(const char* name, int flags, const mq_attr* attributes) {
  if (!IsName(name)) return Fail(EINVAL);
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  MessageQueue* queue = FindQueue(name);
  int error = 0;
  if (queue == nullptr && (flags & O_CREAT) == 0) error = ENOENT;
  if (queue != nullptr && (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) error = EEXIST;
  if (queue == nullptr && error == 0 && attributes != nullptr &&
      (attributes->mq_maxmsg < 1 || attributes->mq_maxmsg > kCountMax || attributes->mq_msgsize < 1 ||
       attributes->mq_msgsize > kSizeMax)) {
    error = EINVAL;
  }
  long fd = -error;
  if (error == 0) {
    if (queue == nullptr) queue = &NewQueue(name, attributes);
    TheExecution().inherited_files.NoteChange();
    fd = SystemCall(SYS_open, "/dev/null", (flags & (O_ACCMODE | O_NONBLOCK)) | O_CLOEXEC, 0);
    if (fd >= 0) EnterDescriptor(static_cast<int>(fd), NewOpenFile(ObjectKind::kMessageQueue, *queue->object), true);
  }
  PerformedOnDescriptor(OperationKind::kOpen, &DescriptorTableObject(), fd);
  return static_cast<int>(Result(fd));
}

int Unlink(const char* name) {
  Arrive(OperationKind::kClose, DescriptorTableObject().address);
  MessageQueue* queue = FindQueue(name);
  if (queue != nullptr) {
    NoteKernelObjectGone(kWhat, name);
    queue->name[0] = '\0';
  }
  PerformedOnDescriptor(OperationKind::kClose, &DescriptorTableObject(), queue != nullptr ? 0 : -ENOENT);
  return queue != nullptr ? 0 : Fail(ENOENT);
}

bool MayAccess(mqd_t descriptor, int unless) {
  return (SystemCall(SYS_fcntl, descriptor, F_GETFL) & O_ACCMODE) != unless;
}

// What keeps a send or receive from going on: 0 if nothing does any more, else what it fails with.
int AwaitQueue(OperationKind kind, mqd_t descriptor, SyncObject& object, VirtualTime deadline) {
  if (IsNonBlocking(descriptor)) {
    WouldBlock(kind, &object);
    return EAGAIN;
  }
  switch (AwaitChange(kind, object, deadline, true)) {
    case ObjectWait::kInterrupted:
      return EINTR;
    case ObjectWait::kTimedOut:
      Performed(kind, &object, 0xfffffb);
      return ETIMEDOUT;
    case ObjectWait::kReady:
      break;
  }
  return 0;
}

int Put(mqd_t descriptor, const char* data, std::size_t size, unsigned priority, VirtualTime deadline) {
  MessageQueue* queue = QueueOf(descriptor);
  if (queue == nullptr || !MayAccess(descriptor, O_RDONLY)) return Fail(EBADF);
  if (priority >= kPriorityMax) return Fail(EINVAL);
  if (size > queue->size_max) return Fail(EMSGSIZE);
  NoteKernelReads(data, size);
  TestCancel();
  SyncObject& object = *queue->object;
  Arrive(OperationKind::kWrite, object.address);
  bool has_waited = false;
  for (; queue->count >= queue->count_max; has_waited = true) {
    const int error = AwaitQueue(OperationKind::kWrite, descriptor, object, deadline);
    if (error != 0) return Fail(error);
  }
  PutMessage(*queue, priority, data, size, has_waited, true);
  return 0;
}

ssize_t Take(mqd_t descriptor, char* buffer, std::size_t size, unsigned* priority, VirtualTime deadline) {
  MessageQueue* queue = QueueOf(descriptor);
  if (queue == nullptr || !MayAccess(descriptor, O_WRONLY)) return Fail(EBADF);
  if (size < queue->size_max) return Fail(EMSGSIZE);
  PrepareMemory(buffer, size);
  TestCancel();
  SyncObject& object = *queue->object;
  Arrive(OperationKind::kRead, object.address);
  while (queue->first == nullptr) {
    const int error = AwaitQueue(OperationKind::kRead, descriptor, object, deadline);
    if (error != 0) return Fail(error);
  }
  const Message& message = *queue->first;
  const std::size_t taken = message.size;
  std::memcpy(buffer, message.data, taken);
  if (priority != nullptr) *priority = static_cast<unsigned>(message.type);
  TakeMessage(*queue, &queue->first);
  NoteKernelWrites(buffer, taken);
  return static_cast<ssize_t>(taken);
}

int Attributes(mqd_t descriptor, const mq_attr* change, mq_attr* attributes) {
  MessageQueue* queue = QueueOf(descriptor);
  if (queue == nullptr) return -1;
  const long flags = SystemCall(SYS_fcntl, descriptor, F_GETFL);
  if (attributes != nullptr) {
    *attributes = {};
    attributes->mq_flags = flags & O_NONBLOCK;
    attributes->mq_maxmsg = static_cast<long>(queue->count_max);
    attributes->mq_msgsize = static_cast<long>(queue->size_max);
    attributes->mq_curmsgs = static_cast<long>(queue->count);
    NoteKernelWrites(attributes, sizeof *attributes);
  }
  if (change != nullptr) {
    SystemCall(SYS_fcntl, descriptor, F_SETFL, (flags & ~O_NONBLOCK) | (change->mq_flags & O_NONBLOCK));
  }
  return 0;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

// What _FORTIFY_SOURCE makes of mq_open without a mode; no header declares it.
extern "C" mqd_t __mq_open_2(const char* name, int flags);

RC_INTERPOSE mqd_t mq_open(const char* name, int flags, ...) noexcept {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
  mq_attr* attributes = (flags & O_CREAT) != 0 ? va_arg(list, mq_attr*) : nullptr;
  va_end(list);
  if (!IsControlled()) return RC_REAL(mq_open)(name, flags, mode, attributes);
  return OpenQueue(name, flags, attributes);
}
RC_INTERPOSE mqd_t __mq_open_2(const char* name, int flags) {
  if (!IsControlled()) return RC_REAL(__mq_open_2)(name, flags);
  return OpenQueue(name, flags, nullptr);
}
RC_INTERPOSE int mq_close(mqd_t descriptor) noexcept {
  if (!IsControlled()) return RC_REAL(mq_close)(descriptor);
  if (QueueOf(descriptor) == nullptr) return -1;
  return close(descriptor);
}
RC_INTERPOSE int mq_unlink(const char* name) noexcept {
  if (!IsControlled()) return RC_REAL(mq_unlink)(name);
  return Unlink(name);
}
RC_INTERPOSE int mq_send(mqd_t descriptor, const char* data, size_t size, unsigned priority) {
  if (!IsControlled()) return RC_REAL(mq_send)(descriptor, data, size, priority);
  return Put(descriptor, data, size, priority, kNever);
}
RC_INTERPOSE int mq_timedsend(mqd_t descriptor, const char* data, size_t size, unsigned priority,
                              const timespec* deadline) {
  if (!IsControlled()) return RC_REAL(mq_timedsend)(descriptor, data, size, priority, deadline);
  return Put(descriptor, data, size, priority, DeadlineOn(CLOCK_REALTIME, *deadline));
}
RC_INTERPOSE ssize_t mq_receive(mqd_t descriptor, char* buffer, size_t size, unsigned* priority) {
  if (!IsControlled()) return RC_REAL(mq_receive)(descriptor, buffer, size, priority);
  return Take(descriptor, buffer, size, priority, kNever);
}
RC_INTERPOSE ssize_t mq_timedreceive(mqd_t descriptor, char* __restrict buffer, size_t size,
                                     unsigned* __restrict priority, const timespec* __restrict deadline) {
  if (!IsControlled()) return RC_REAL(mq_timedreceive)(descriptor, buffer, size, priority, deadline);
  return Take(descriptor, buffer, size, priority, DeadlineOn(CLOCK_REALTIME, *deadline));
}
RC_INTERPOSE int mq_getattr(mqd_t descriptor, mq_attr* attributes) noexcept {
  if (!IsControlled()) return RC_REAL(mq_getattr)(descriptor, attributes);
  return Attributes(descriptor, nullptr, attributes);
}
RC_INTERPOSE int mq_setattr(mqd_t descriptor, const mq_attr* __restrict change, mq_attr* __restrict old) noexcept {
  if (!IsControlled()) return RC_REAL(mq_setattr)(descriptor, change, old);
  return Attributes(descriptor, change, old);
}
RC_INTERPOSE int mq_notify(mqd_t descriptor, const sigevent* event) noexcept {
  if (IsControlled()) ReportEscape("mq_notify");
  return RC_REAL(mq_notify)(descriptor, event);
}
