// What the kernel keeps for processes beside descriptors: sets of semaphores, queues of messages, segments of System V,
// locks of files. All but the locks are the engine's own here: they lie in memory that the processes of an execution
// share, so that each execution begins without any, and nothing of it can outlive the program.
//
// Threads: program code only.
#ifndef RACECOURSE_EXECUTION_KERNEL_OBJECTS_H_
#define RACECOURSE_EXECUTION_KERNEL_OBJECTS_H_

#include "framework/core/types.h"
#include "framework/core/vector_clock.h"
#include "framework/model/process.h"
#include "framework/model/sync_object.h"

namespace racecourse {

// One semaphore of a set.
struct SetSemaphore {
  std::uint16_t value;
  std::int32_t changed_by;  // process id
  SyncClock raised;         // what those knew who added to it
  SyncClock lowered;        // … who took from it: a wait for zero learns that
};

struct SemaphoreSet {
  std::int32_t key;
  std::int32_t id;  // 0: removed
  unsigned mode;
  std::uint32_t count;
  SetSemaphore* semaphores;
  SyncObject* object;
  // What SEM_UNDO will add when the process ends, by process and semaphore; null until there is any.
  std::int32_t* undo;
  // The semaphore that a waiting thread waits for, and whether for zero. By slot.
  struct Waiting {
    std::uint16_t semaphore;
    bool for_zero;
  } waiting[kMaxThreads];
};

struct Message {
  Message* next;
  std::int64_t type;  // System V's, or the priority
  std::size_t size;
  SyncClock clock;  // of its sender
  char* data;
};

// Both kinds: msgget's and mq_open's.
struct MessageQueue {
  std::int32_t key;
  std::int32_t id;  // 0: removed, or not System V's
  unsigned mode;
  char name[64];  // of mq_open; empty: unlinked
  std::size_t bytes_max;
  std::size_t size_max;   // of a message
  std::size_t count_max;  // messages
  std::size_t bytes;
  std::size_t count;
  Message* first;  // in the order in which they are taken
  SyncClock room;  // what those knew who took messages
  SyncObject* object;
};

struct Segment {
  std::int32_t key;
  std::int32_t id;
  unsigned mode;
  std::size_t size;
  std::uintptr_t address;  // once it was attached
  std::uint32_t attached;  // how many processes have it
  bool is_marked;          // IPC_RMID: gone with the last of them
  std::int32_t creator;    // process ids
  std::int32_t last;
  bool is_attached_by[64];
};

// A file on which somebody took a lock, or that was read or written while others could move.
struct KnownFile {
  std::uint64_t device;
  std::uint64_t inode;
  SyncObject* object;
  SyncClock written;  // what those knew who wrote to it: who reads learns that
};

struct SystemObjects {
  static constexpr std::uint32_t kMax = 64;
  SemaphoreSet sets[kMax];
  MessageQueue queues[kMax];
  Segment segments[kMax];
  KnownFile files[kMax];
  std::uint32_t set_count = 0;
  std::uint32_t queue_count = 0;
  std::uint32_t segment_count = 0;
  std::uint32_t file_count = 0;
  bool has_locks = false;  // an execution took one: not only files are known
  std::int32_t ids = 0;    // given so far in this execution
  // The process whose record lock the thread waits for; kNoProcess: none that is known. By slot.
  ProcessIndex blocked_by[kMaxThreads];

  void BeginExecution() {
    set_count = queue_count = segment_count = file_count = 0;
    has_locks = false;
    ids = 0;
  }
};

// The wait of the current thread for one of them.
enum class ObjectWait : std::uint8_t { kReady, kTimedOut, kInterrupted };
// One round of it: the thread is not enabled before WakeAll(object), `deadline`, or a signal. The caller looks again.
ObjectWait AwaitChange(OperationKind kind, SyncObject& object, std::int64_t deadline, bool is_cancellation_point);
// Something about the object has changed: whoever waits for it looks again.
void WakeAll(SyncObject& object);

// A process ends with what it has: its undo is done, its segments are detached, its locks are free.
void EndObjectsOf(ProcessIndex process);
// A child has what its parent had attached.
void CopyObjectsTo(ProcessIndex child, ProcessIndex parent);

// The file that a lock is about. Null if `fd` is none.
SyncObject* FileObject(int fd);
// The regular file that a transfer is about. Null if `fd` is none, or one that the execution began with.
KnownFile* FindRegularFile(int fd);
// A descriptor of a file is closed, or a process is gone: its locks may be free now.
void NoteLocksMayBeFree();
// Lets all who wait for a lock try again. True if there is anybody.
bool WakeLockWaiters();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_KERNEL_OBJECTS_H_
