// One thread of the program under control.
#ifndef RACECOURSE_EXECUTION_THREAD_H_
#define RACECOURSE_EXECUTION_THREAD_H_

#include "framework/core/finding.h"
#include "framework/core/operation.h"
#include "framework/core/types.h"
#include "framework/core/vector_clock.h"
#include "framework/detector/data_race.h"
#include "framework/detector/lock_order.h"
#include "framework/model/process.h"
#include "framework/model/sync_object.h"

namespace racecourse {

// Virtual time, in nanoseconds since the (virtual) epoch.
using VirtualTime = std::int64_t;
inline constexpr VirtualTime kNever = INT64_MAX;

// Why a thread that waited goes on.
enum class WakeReason : std::uint8_t { kGranted, kTimeout, kSpurious, kInterrupted };

// What may end the wait that a thread is in, beside what it waits for. See interruption.h.
enum class Interruptibility : std::uint8_t { kNone, kOnlyBySignals, kAlsoByCancellation };
struct PendingSignal;
inline constexpr unsigned kUndecided = ~0u;

// A destructor of a thread_local object, registered by the compiler (__cxa_thread_atexit).
struct ThreadExitHandler {
  void (*destroy)(void*);
  void* object;
  ThreadExitHandler* next;
};

// What the program asked the kernel's scheduler for. It is told of it again, and that is all: see thread_priority.cc.
struct SchedulingRequest {
  int policy = 0;  // SCHED_OTHER
  int priority = 0;
  int niceness = 0;
};

struct Thread {
  enum class State : std::uint8_t { kFree, kLive, kFinished };
  static constexpr std::uint32_t kMaxKeys = 128;

  Accessor accessor;  // slot, clock, epoch

  // The carrier: a parked OS thread whose stack and FS base we borrow.
  void* stack_pointer = nullptr;  // where to continue, while not running
  std::uint64_t fs_base = 0;
  void* stack_base = nullptr;  // first address above the stack the program may use
  std::uint64_t handle = 0;    // its pthread_t
  ProcessIndex process = kRootProcess;
  std::uintptr_t known_in_use = 0;  // its stack was in use from here up when another thread last asked (dead_stack.h)

  State state = State::kFree;
  bool is_detached = false;
  std::uint32_t locks_held = 0;
  // The mutexes among them, in the order in which they were taken: the first few.
  std::uint32_t held_count = 0;
  SyncObject* held_mutexes[kHeldMutexesMax] = {};
  std::uint32_t id = 0;  // T1, T2 … in order of creation; 0 is the main thread
  char name[16] = "";    // given by pthread_setname_np
  ThreadSlot created_by = kNoThread;
  Step created_at_step = 0;
  void* (*start)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  ThreadSlot joiner = kNoThread;

  // While it waits: for what, and until when.
  SyncObject* waits_for = nullptr;
  ThreadSlot waits_for_thread = kNoThread;
  std::int32_t waits_for_child = 0;  // member of child_waiters: what waitpid means by its number, not 0
  VirtualTime deadline = kNever;
  WakeReason wake_reason = WakeReason::kGranted;
  Step waits_since = 0;

  // For the report on a lost wake-up: this thread's last wake-up, the step at which it had its mutex again, and whether
  // it then went straight back to sleep.
  SyncObject* last_woken_by = nullptr;
  Step last_woken_at = 0;
  Step last_own_step = 0;  // its last step that may have changed something
  bool slept_again = false;

  // Fences. Source: C++20 [atomics.fences].
  SyncClock release_fence;    // the clock at the last release fence
  SyncClock acquire_pending;  // what an acquire fence would learn from relaxed loads
  bool has_release_fence = false;
  bool has_acquire_pending = false;

  // Spin detection: the recent operations that changed nothing.
  static constexpr unsigned kRecentReads = 8;
  std::uint64_t recent_reads[kRecentReads] = {};
  unsigned recent_next = 0;
  static constexpr unsigned kFruitlessBeforeRest = 4;  // over and over: a loop that waits for another thread
  unsigned fruitless_operations = 0;
  unsigned rounds_left = 0;  // how often it may loop on before it gives way
  unsigned clock_reads = 0;

  FindingKind next_failure = FindingKind::kAssertion;  // other kinds: EXPECT_NOT_STARVED and the like are about to fail

  void* fiber = nullptr;  // what the program said it runs on (__tsan_switch_to_fiber), null for the thread's own stack

  // At its last scheduling point in a watched window: see state_hash.h.
  std::uint32_t state_window = 0;
  std::uint64_t registers_hash = 0;
  std::uintptr_t program_stack_pointer = 0;

  // Signals and cancellation: see interruption.h.
  PendingSignal* signals = nullptr;        // sent to it and not delivered, oldest first
  std::uint64_t signal_mask = 0;           // bit n - 1: signal n is blocked
  std::uint64_t awaited_signals = 0;       // what it waits for in sigwait
  unsigned signal_delay = kUndecided;      // scheduling points until its signals are delivered
  Step last_handled = 0;                   // step at which its last handler began
  unsigned handler_depth = 0;              // handlers that run
  const char* unsafe_call = nullptr;       // the function that is not async-signal-safe it is in the middle of
  const char* interrupted_call = nullptr;  // … the innermost handler interrupted
  Interruptibility interruptible = Interruptibility::kNone;
  bool awaits_signal = false;  // it waits for nothing else
  bool cancel_requested = false;
  bool cancel_disabled = false;
  bool is_ending = false;          // past the last moment at which either could reach it
  void* cleanup_buffer = nullptr;  // the innermost one of C's pthread_cleanup_push

  SchedulingRequest scheduling;

  ThreadExitHandler* exit_handlers = nullptr;
  void* key_values[kMaxKeys] = {};
  bool has_key_values = false;
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_THREAD_H_
