// What the engine knows of one synchronisation object of the program: a mutex, a condition variable, an atomic …
//
// Objects are found by the address of the program's own object and created at first use, in an order that depends on
// the schedule alone; `id` counts them and is what hashes and reports use, never the address. All objects vanish at the
// end of an execution: a generation number makes the old ones unreachable without touching them.
#ifndef RACECOURSE_MODEL_SYNC_OBJECT_H_
#define RACECOURSE_MODEL_SYNC_OBJECT_H_

#include "framework/core/thread_set.h"
#include "framework/core/types.h"
#include "framework/core/vector_clock.h"

namespace racecourse {

enum class ObjectKind : std::uint8_t {
  kAtomic,
  kMutex,
  kCondition,
  kRwlock,
  kSemaphore,
  kBarrier,
  kSpinlock,
  kOnce,
  kFutex,
  kException,  // one that is thrown, with its count of owners
  // What descriptors refer to; their addresses are places in a table of the engine's.
  kPipe,
  kSocket,
  kEventCounter,
  kTimer,
  kEpoll,
  kFile,         // in the file system: what locks of files are about
  kMessageQueue,
  kSemaphoreSet,
  kDescriptors,  // the table of descriptors itself, or a wait for several of them
};

// What a robust mutex is worth. Source: POSIX.1-2017, pthread_mutex_consistent.
enum class Recovery : std::uint8_t {
  kSound,
  kOwnerDied,       // the next owner is told, and may make it consistent
  kNotRecoverable,  // the one who was told unlocked it without: nobody can have it any more
};

// "mutex", "condition variable", … for reports.
const char* ObjectKindName(ObjectKind kind);

struct SyncObject {
  std::uintptr_t address;
  std::uint32_t generation;  // of the execution that created it
  std::uint32_t id;          // from 1, in order of creation within the execution
  std::uint32_t next;        // index + 1 of the next object in the same 8-byte granule, 0 at the end
  ObjectKind kind;
  std::uint8_t size;  // atomics: bytes
  Recovery recovery;  // mutexes
  bool is_destroyed;
  SyncClock clock;  // what acquiring the object teaches

  // Threads whose pending operation waits for this object, in whatever way its kind waits.
  ThreadSet waiting;
  ThreadSlot owner;     // mutex, spinlock, write-locked rwlock, running once; kNoThread when free
  std::uint32_t count;  // mutex: recursion;  semaphore: value;  rwlock: readers;  barrier: arrivals
  std::uint32_t limit;  // barrier: participants;  condition variable: id of the mutex that those who wait gave
  ThreadSet holders;    // rwlock: the threads that hold it for reading

  // Bookkeeping for reports.
  Step owned_since;          // step at which `owner` got it
  Step last_notify;          // condition variable, futex: step of the last notification, 0 if none
  Step last_lost_notify;     // … of the last one that found nobody waiting
  ThreadSlot lost_notifier;  // … and whose it was
  Step other_lost_notify;    // of the last one before that which was another thread's, 0 if none

  // Atomics: the last read and write of each thread, for races between atomic and plain accesses.
  // Rwlocks: how often each thread holds it for reading, in atomic_reads.
  SyncClock atomic_reads;
  SyncClock atomic_writes;
};

}  // namespace racecourse

#endif  // RACECOURSE_MODEL_SYNC_OBJECT_H_
