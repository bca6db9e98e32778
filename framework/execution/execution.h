// The one Execution of a process: all state of the engine that student code cannot see, at a fixed address, so that
// the engine has no variables of its own among the program's and restoring the program's image cannot touch it.
//
// Two kinds of code run in an explorer process: *engine code*, on the process's own stack, between executions; and
// *program code*, on puppets, during one. `current` is null in the former. In a supervisor, and before main, only
// engine code exists in this sense: interposed functions then behave as libc's.
#ifndef RACECOURSE_EXECUTION_EXECUTION_H_
#define RACECOURSE_EXECUTION_EXECUTION_H_

#include <signal.h>

#include "framework/core/address_space.h"
#include "framework/core/arena.h"
#include "framework/core/thread_set.h"
#include "framework/detector/context_stacks.h"
#include "framework/detector/coroutine_use.h"
#include "framework/detector/data_race.h"
#include "framework/detector/lock_order.h"
#include "framework/execution/descriptors.h"
#include "framework/execution/expected_output.h"
#include "framework/execution/heap.h"
#include "framework/execution/image.h"
#include "framework/execution/inherited_files.h"
#include "framework/execution/joining.h"
#include "framework/execution/kernel_objects.h"
#include "framework/execution/leftovers.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/progress.h"
#include "framework/execution/real_functions.h"
#include "framework/execution/second_look.h"
#include "framework/execution/shared_mappings.h"
#include "framework/execution/shared_state.h"
#include "framework/execution/steered_walk.h"
#include "framework/execution/thread.h"
#include "framework/execution/timers.h"
#include "framework/model/process.h"
#include "framework/model/shadow_memory.h"
#include "framework/strategy/portfolio.h"
#include "framework/strategy/replay.h"

namespace racecourse {

// Plain accesses between two scheduling points after which others get a turn: a loop that only reads plain memory must
// not keep the thread it waits for from running.
inline constexpr std::int64_t kTimeSliceAccesses = 200'000;

// Where a block of the scenario heap was asked for.
struct AllocationRecord {
  static constexpr std::uint32_t kMaxFrames = 10;
  std::uint32_t number;  // of the allocation in its execution
  std::uint32_t frame_count;
  Step step;
  ThreadSlot thread;
  std::uint32_t thread_id;  // the slot may have another thread by now
  std::uint64_t frames[kMaxFrames];
};
inline constexpr std::uint32_t kMaxAllocationRecords = 1 << 18;

struct Execution {
  // Touched at every access and every scheduling point.
  Thread* current = nullptr;       // null: engine code runs
  Thread* suspended = nullptr;     // the thread in whose name engine code runs meanwhile
  std::int64_t access_budget = 0;  // plain accesses until the slow path looks (time slice, recording, plain points)
  ThreadSet enabled;               // threads whose pending operation can be performed now
  ThreadSet resting;               // enabled, but they yielded or spin: others go first
  ThreadSet sleeping;              // not enabled: only time must pass
  ThreadSet timed;                 // waiting with a deadline
  ThreadSet dozing;                // waiting on a condition variable: may wake for no reason
  bool has_unusual = false;        // false: none of the last three matters now
  Strategy* strategy = nullptr;
  Choice* choice_log = nullptr;  // Shared().choices
  std::uint32_t choice_count = 0;
  std::uint32_t step_count = 0;  // performed operations
  std::uint64_t event_hash = 0;
  ThreadSlot slots_in_use = 0;  // slots ever used in this execution
  std::uint32_t live_threads = 0;
  bool records = false;
  bool detects_races = true;
  bool spinning = false;            // some member of `resting` waits for a change, not only for a turn
  bool switched_by_choice = false;  // the next performed operation follows a preemption
  bool fsgsbase = false;
  bool is_fair = false;            // the strategy has had its say: see progress.h
  bool switches_plainly = false;   // on a processor with FSGSBASE, and all threads are in one process
  std::uint32_t quiet_slices = 0;  // time slices used up since anything changed
  bool has_interruptions = false;  // handlers were installed, signals sent or threads cancelled: see interruption.h
  // The scenario's body returned, or its last thread ended: not in the middle, by a call of exit.
  bool has_returned = false;
  PendingOperation pending[kMaxThreads];

  VirtualTime now = 0;
  Random entropy;  // what the program gets from random_device and getrandom
  std::uint32_t next_thread_id = 0;
  std::uint32_t timeouts_left = 0;  // early timeouts this execution may still have
  std::uint32_t spurious_left = 0;
  std::uint32_t persistence_left = 0;  // occasions on which a thread may loop on instead of giving way
  std::uint32_t steps_max = 0;
  std::uint32_t arrivals = 0;           // scheduling points
  std::uint32_t arrivals_limit = 0;     // the number of them at which fair scheduling, or the execution's end, begins
  std::int64_t access_budget_full = 0;  // 0: every access is looked at
  std::int64_t slice_left = 0;          // then: plain accesses until the time slice is over
  bool looks_at_every_access = false;   // in every execution, by order
  bool watches_slice = false;           // the accesses of this time slice: see progress.h
  std::uint32_t preemptions = 0;
  std::uint32_t generation = 0;
  Clock clock_base = 0;

  // Carriers.
  std::uint32_t puppet_count = 0;
  void* engine_stack_pointer = nullptr;
  std::uint64_t engine_fs_base = 0;

  Portfolio portfolio;
  Replay replay;
  SteeredWalk steered_walk;

  // Descriptors.
  ThreadSet descriptor_waiters;
  DescriptorWait descriptor_waits[kMaxThreads];
  std::uint32_t descriptor_changes = 0;  // grows when the answer to who is ready may have changed
  Step descriptors_asked_at = 0;         // the last step after which all who wait were asked
  OpenFiles open_files;

  // Processes.
  static constexpr ProcessIndex kMaxProcesses = 64;
  Process processes[kMaxProcesses];
  ProcessIndex process_count = 0;  // places ever used in this execution
  ProcessIndex running_process = kRootProcess;
  ProcessIndex ending_process = kNoProcess;  // it is about to be gone; who is woken chooses what is next
  ThreadSet child_waiters;
  ThreadSet program_waiters;   // carriers of programs that wait in the kernel
  bool has_programs = false;   // this execution has started some
  bool has_processes = false;  // this execution has forked
  bool awaits_rest = false;    // the test's body is over, and waits for child processes to end
  bool reports_stuck = false;  // nobody can move; the process that is woken says so
  bool is_shared = false;      // an execution of this explorer has forked
  ShadowMemory::SharedUse shared_use;
  std::uint32_t faults_allowed = 0;  // see faults.h
  std::uint32_t faults_left = 0;
  bool was_killed = false;  // a process, by such a fault
  Joining joining;
  bool has_other_images = false;  // some process has become another program than the one that is explored
  SharedMappings mappings;
  KernelObjects kernel_objects;
  SystemObjects system_objects;
  // Memory beside this that all of them share.
  struct Region {
    std::uintptr_t begin;
    std::size_t size;
  };
  Region shared_regions[3];  // sync objects, lines of clocks, cells
  Arena shared_arena;        // what belongs to things that all processes see

  Timers timers;

  Stack pending_stacks[kMaxThreads];  // recording: where each thread announced its pending operation

  ProgressWatch progress;
  SecondLook second_look;
  // Of the executions that came to an end.
  std::uint64_t ended_executions = 0;
  std::uint32_t longest_arrivals = 0;
  std::uint32_t longest_quiet_slices = 0;
  std::uint32_t most_quiet_slices = 0;  // of this one

  Thread threads[kMaxThreads];

  // What each process of an execution has for itself from here on; everything before is shared (processes.h).
  alignas(kPageSize) char private_begin = 0;
  ProcessIndex this_process = kRootProcess;
  // From a thread's FS base to the kernel's number of it; 0: not looked for yet, -1: not found.
  std::int32_t thread_number_offset = 0;
  std::size_t tls_size = 0;   // bytes of thread_local storage below a thread's FS base
  void* tls_image = nullptr;  // what they are in a new thread

  ShadowMemory shadow;
  DataRaceDetector races;
  Arena arena;  // clocks and shadow cells of this execution

  CoroutineUse coroutines;
  ContextStacks context_stacks;

  Heap setup_heap;
  Heap scenario_heap;
  RealFunctions real;
  ShadowPage* freed_page = nullptr;  // every access to it is a use after free
  struct ExchangedPage {
    std::uintptr_t address;
    ShadowPage* page;
  };
  ExchangedPage* exchanged_pages = nullptr;  // in `arena`
  std::uint32_t exchanged_count = 0;
  std::uint32_t exchanged_capacity = 0;

  bool keys_changed = false;  // some of `keys`

  std::uintptr_t code_begin = 0;  // the program's text segment
  std::uintptr_t code_end = 0;
  std::uintptr_t data_begin = 0;  // its writable data
  std::uintptr_t data_end = 0;
  std::uintptr_t engine_code_begin = 0;  // the engine's part of the text
  std::uintptr_t engine_code_end = 0;
  // The program's own code, not a library's and not the engine's.
  bool IsProgramCode(std::uintptr_t code) const {
    return code - code_begin < code_end - code_begin && code - engine_code_begin >= engine_code_end - engine_code_begin;
  }

  bool maps_memory = false;  // the program has writable memory besides its data, its heap and its stacks

  // What a running execution was asked to run.
  void (*body)(void*) = nullptr;
  void* body_argument = nullptr;
  bool is_whole_program = false;          // main: its return ends the process
  std::int32_t uncontrolled_threads = 0;  // started outside executions and not joined
  bool is_supervised = false;             // this process is an explorer
  ExitHandlers exit_handlers;
  ExitHandlers exit_handlers_at_start;
  ThreadSlot exiting_thread = kNoThread;    // it runs the exit handlers
  ExpectedOutput expected_output;           // of a whole program, where the grader knows it
  InheritedFiles inherited_files;           // the open files that every execution starts with
  std::uint32_t faults = 0;                 // of program code, reported or being reported
  AllocationRecord* allocations = nullptr;  // recording: kMaxAllocationRecords of them

  // Stuck program code: seen by the CPU timer.
  std::uint64_t watch_marks[2] = {};
  unsigned watch_rounds = 0;
  std::uint32_t single_steps_left = 0;  // of the look at a loop instruction by instruction
  std::uint64_t single_step_code = 0;
  std::uint64_t single_step_registers = 0;
  std::uint64_t single_step_state = 0;

  // Long and seldom written. All that most executions write stands before it, close together: in an execution that
  // forks, each page written costs a copy of it.
  Image image;
  LockOrder lock_order;
  struct Carrier {
    std::uint64_t fs_base;
    void* stack_base;
    std::uint64_t handle;
  };
  Carrier carriers[kMaxThreads];
  bool has_mapped[SharedMappings::kMax] = {};
  // Keys of pthread_key_create.
  struct Key {
    bool in_use;
    bool is_of_execution;  // made during an execution, and gone with it
    bool is_deleted;       // made before it and deleted in it: back with the next
    void (*destroy)(void*);
  };
  Key keys[Thread::kMaxKeys];
  struct sigaction initial_actions[65];  // what they are when an execution begins
  Schedule order_schedule;               // the explorer's own copy of the plain points and, replaying, of the schedule
};

inline Execution& TheExecution() { return *reinterpret_cast<Execution*>(kExecutionAddress); }

// True if program code runs under control on this thread.
inline bool IsControlled() { return TheExecution().current != nullptr; }

// Maps the engine's memory. Called before any constructor of the program or of a shared library.
void InitExecution();
// Before the first scenario: what the supervisor and its explorers have in common becomes memory that programs can find
// which join an execution (joined_program.h).
void ShareState();
// Makes the memory that processes of an execution share new and empty: clocks and generations begin anew in every
// explorer, and what an earlier one noted must not be taken for its own.
void MapSharedRegions();
// True once InitExecution ran; allocation must work before it.
bool IsExecutionReady();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_EXECUTION_H_
