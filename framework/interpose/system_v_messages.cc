// Queues of typed messages: msgget, msgsnd, msgrcv, msgctl. Source: POSIX.1-2017; msgop(2), for MSG_EXCEPT.

#include <sys/msg.h>

#include <cstring>

#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/message.h"
#include "framework/interpose/system_v.h"

namespace racecourse {
namespace {

constexpr char kWhat[] = "the System V message queue";
// What Linux begins with.
constexpr std::size_t kBytesMax = 16384;
constexpr std::size_t kSizeMax = 8192;

MessageQueue* FindQueue(int id) {
  MessageQueue* queue = FindById(TheSystemObjects().queues, TheSystemObjects().queue_count, id);
  if (queue == nullptr) errno = EINVAL;
  return queue;
}

int Get(key_t key, int flags) {
  SystemObjects& all = TheSystemObjects();
  bool is_new;
  MessageQueue* queue = GetByKey(all.queues, &all.queue_count, key, flags, kWhat, &is_new);
  if (queue == nullptr) return -1;
  if (is_new) {
    queue->object = &NewNumberedObject(ObjectKind::kMessageQueue);
    queue->bytes_max = kBytesMax;
    queue->size_max = kSizeMax;
  }
  return queue->id;
}

int SendMessage(int id, const void* message, std::size_t size, int flags) {
  MessageQueue* queue = FindQueue(id);
  if (queue == nullptr) return -1;
  long type;
  std::memcpy(&type, message, sizeof type);
  NoteKernelReads(message, sizeof type + size);
  TestCancel();
  if (type < 1 || size > queue->size_max) return Fail(EINVAL);
  SyncObject& object = *queue->object;
  Arrive(OperationKind::kWrite, object.address);
  for (bool has_waited = false;; has_waited = true) {
    if (queue->id != id) {
      Performed(OperationKind::kWrite, &object, 0xfffffd);
      return Fail(has_waited ? EIDRM : EINVAL);
    }
    if (queue->bytes + size <= queue->bytes_max && queue->count < queue->bytes_max) {
      PutMessage(*queue, type, static_cast<const char*>(message) + sizeof type, size, has_waited, false);
      return 0;
    }
    if ((flags & IPC_NOWAIT) != 0) {
      WouldBlock(OperationKind::kWrite, &object);
      return Fail(EAGAIN);
    }
    if (AwaitChange(OperationKind::kWrite, object, kNever, true) == ObjectWait::kInterrupted) return Fail(EINTR);
  }
}

// Where the pointer to the message stands that a receiver asks for; null if there is none.
Message** FindMessage(MessageQueue& queue, long type, bool other_than) {
  Message** best = nullptr;
  for (Message** at = &queue.first; *at != nullptr; at = &(*at)->next) {
    const std::int64_t its = (*at)->type;
    if (type == 0 || (type > 0 && (its == type) != other_than)) return at;
    if (type < 0 && its <= -type && (best == nullptr || its < (*best)->type)) best = at;
  }
  return best;
}

ssize_t ReceiveMessage(int id, void* buffer, std::size_t size, long type, int flags) {
  MessageQueue* queue = FindQueue(id);
  if (queue == nullptr) return -1;
  if ((flags & MSG_COPY) != 0) ReportEscape("msgrcv with MSG_COPY");
  SyncObject& object = *queue->object;
  PrepareMemory(buffer, sizeof(long) + size);
  TestCancel();
  Arrive(OperationKind::kRead, object.address);
  for (bool has_waited = false;; has_waited = true) {
    if (queue->id != id) {
      Performed(OperationKind::kRead, &object, 0xfffffd);
      return Fail(has_waited ? EIDRM : EINVAL);
    }
    Message** place = FindMessage(*queue, type, (flags & MSG_EXCEPT) != 0);
    if (place != nullptr) {
      const Message& message = **place;
      if (message.size > size && (flags & MSG_NOERROR) == 0) {
        Performed(OperationKind::kRead, &object, 0xfffffc);
        return Fail(E2BIG);
      }
      const std::size_t taken = message.size < size ? message.size : size;
      const long its_type = static_cast<long>(message.type);
      std::memcpy(buffer, &its_type, sizeof its_type);
      std::memcpy(static_cast<char*>(buffer) + sizeof its_type, message.data, taken);
      TakeMessage(*queue, place);
      NoteKernelWrites(buffer, sizeof its_type + taken);
      return static_cast<ssize_t>(taken);
    }
    if ((flags & IPC_NOWAIT) != 0) {
      WouldBlock(OperationKind::kRead, &object);
      return Fail(ENOMSG);
    }
    if (AwaitChange(OperationKind::kRead, object, kNever, true) == ObjectWait::kInterrupted) return Fail(EINTR);
  }
}

int Control(int id, int command, msqid_ds* status) {
  MessageQueue* queue = FindQueue(id);
  if (queue == nullptr) return -1;
  SyncObject& object = *queue->object;
  Arrive(OperationKind::kDescriptorControl, object.address);
  int result = queue->id == id ? 0 : EINVAL;
  if (result == 0) {
    switch (command) {
      case IPC_RMID:
        NoteRemoved(*queue, id, kWhat);
        queue->id = 0;
        WakeAll(object);
        break;
      case IPC_STAT:
        *status = {};
        FillPermissions(*queue, &status->msg_perm);
        status->msg_qnum = queue->count;
        status->__msg_cbytes = queue->bytes;
        status->msg_qbytes = queue->bytes_max;
        NoteKernelWrites(status, sizeof *status);
        break;
      case IPC_SET:
        queue->mode = status->msg_perm.mode & 0777u;
        if (status->msg_qbytes <= kBytesMax) queue->bytes_max = status->msg_qbytes;
        if (status->msg_qbytes > kBytesMax) result = EPERM;
        WakeAll(object);
        break;
      default:
        result = EINVAL;
    }
  }
  Performed(OperationKind::kDescriptorControl, &object, static_cast<std::uint32_t>(result));
  return result == 0 ? 0 : Fail(result);
}

}  // namespace

void PutMessage(MessageQueue& queue, std::int64_t type, const void* data, std::size_t size, bool has_waited,
                bool by_priority) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  auto* message = static_cast<Message*>(execution.shared_arena.Allocate(sizeof(Message)));
  *message = Message();
  message->type = type;
  message->size = size;
  message->data = static_cast<char*>(execution.shared_arena.Allocate(size + 1));
  std::memcpy(message->data, data, size);
  Message** at = &queue.first;
  while (*at != nullptr && (!by_priority || (*at)->type >= type)) at = &(*at)->next;
  message->next = *at;
  *at = message;
  queue.bytes += size;
  ++queue.count;
  // Whoever made room has read what was there before.
  if (has_waited) Acquire(self, queue.room);
  ReleaseJoin(self, &message->clock);
  WakeAll(*queue.object);
  Performed(OperationKind::kWrite, queue.object, static_cast<std::uint32_t>(size));
}

void TakeMessage(MessageQueue& queue, Message** place) {
  Thread& self = *TheExecution().current;
  Message& message = **place;
  *place = message.next;
  queue.bytes -= message.size;
  --queue.count;
  Acquire(self, message.clock);
  ReleaseJoin(self, &queue.room);
  WakeAll(*queue.object);
  Performed(OperationKind::kRead, queue.object, static_cast<std::uint32_t>(message.size));
}

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int msgget(key_t key, int flags) noexcept {
  if (!IsControlled()) return RC_REAL(msgget)(key, flags);
  return Get(key, flags);
}
RC_INTERPOSE int msgsnd(int id, const void* message, size_t size, int flags) {
  if (!IsControlled()) return RC_REAL(msgsnd)(id, message, size, flags);
  return SendMessage(id, message, size, flags);
}
RC_INTERPOSE ssize_t msgrcv(int id, void* buffer, size_t size, long type, int flags) {
  if (!IsControlled()) return RC_REAL(msgrcv)(id, buffer, size, type, flags);
  return ReceiveMessage(id, buffer, size, type, flags);
}
RC_INTERPOSE int msgctl(int id, int command, msqid_ds* status) noexcept {
  if (!IsControlled()) return RC_REAL(msgctl)(id, command, status);
  return Control(id, command, status);
}
