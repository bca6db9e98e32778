// What must survive the process that runs student code: the orders it was given, the choices it made, what it found.
// One block in shared memory, made by the supervisor before it forks; fixed size, no pointers.
#ifndef RACECOURSE_EXECUTION_SHARED_STATE_H_
#define RACECOURSE_EXECUTION_SHARED_STATE_H_

#include "framework/core/address_space.h"
#include "framework/core/finding.h"
#include "framework/core/itinerary.h"
#include "framework/core/schedule.h"
#include "framework/detector/lock_order.h"
#include "framework/execution/segments.h"
#include "framework/strategy/portfolio.h"

namespace racecourse {

// What an explorer process is to do.
struct Order {
  enum class Mode : std::uint8_t { kExplore, kReplay } mode = Mode::kExplore;
  StrategyName strategy = StrategyName::kPortfolio;
  bool detects_races = true;
  bool records = false;       // keep every step with its stack, for a report
  bool shares_files = false;  // other explorers run the same program at the same time
  bool shows_output = false;  // let the program's own output through
  std::uint64_t seed = 1;
  std::uint64_t first_execution = 0;
  std::uint64_t executions = 0;       // how many to run
  double seconds_max = 0;             // 0: no limit
  LockCycle cycle;                    // of a length above 0: steer there
  bool reports_busy_wait = false;     // else it is only noted, and exploring goes on
  bool endless_is_livelock = false;   // an execution that does not end although others do
  std::uint64_t watched_granule = 0;  // 8 bytes whose plain accesses are recorded as steps; 0 for none
  Schedule schedule;                  // kReplay: what to follow.  Always: the plain points.
};

struct Choice {
  std::uint8_t value;
  std::uint8_t default_value;
};

// One performed operation, as a report shows it.
struct StepRecord {
  static constexpr std::uint32_t kMaxFrames = 24;
  Step step;
  std::uint8_t thread;  // slot
  std::uint32_t thread_id;
  OperationKind kind;
  bool preempts;  // the scheduler left a thread that could have gone on, to run this
  char object[56];
  char outcome[72];
  char value[48];
  std::uint64_t address;
  std::uint32_t size;
  std::uint32_t arrival;   // how many entries of the itinerary came before it; cuts that led to no switch do not count
  std::uint32_t accesses;  // how many plain accesses the thread has made since the last of them, this one included
  std::uint32_t frame_count;
  ImageIndex image;
  std::uint64_t frames[kMaxFrames];
};

// One thread, as a report shows it.
struct ThreadRecord {
  std::uint32_t id;
  std::uint32_t slot;
  std::uint32_t created_by;
  Step created_at_step;
  char state[16];
  char waits_for[160];
  Stack stack;
};

// A SOMETIMES(condition) of the test that runs.
struct SometimesRecord {
  const void* site;  // its address in the program
  bool was_true;
};

enum class ExplorerResult : std::uint8_t {
  kRunning,    // the process died on the way
  kCompleted,  // did what it was told, found nothing
  kFound,      // `finding` is set
  kTimeIsUp,
  kOnlySchedule,  // the scenario has no choices: one execution is all there is
  kNeedsPuppets,  // start again with `puppets` carriers
  kEndless,       // all executions came to an end soon, except `endless_execution`
  kUncontrolled,  // an execution could not be brought to an end within the step limit
};

// A program file that some process of the execution ran.
struct ProgramImageRecord {
  char path[512];
  std::uintptr_t code_begin;
  std::uintptr_t code_end;
  std::uintptr_t data_begin;
  std::uintptr_t data_end;
};

struct SharedState {
  static constexpr std::uint32_t kMaxChoices = 1 << 23;
  static constexpr std::uint32_t kMaxStepRecords = 6000;
  static constexpr std::uint32_t kMaxThreadRecords = 128;
  static constexpr std::uint32_t kMaxSometimes = 256;

  Order order;
  SharedSegments segments;

  // The programs that addresses of code refer to. The first is the one that is explored.
  static constexpr std::uint32_t kMaxImages = 16;
  std::uint32_t image_count;
  ProgramImageRecord images[kMaxImages];

  volatile ExplorerResult result;
  volatile std::uint64_t executions_done;
  volatile bool has_shared_names;     // something may be left in /dev/shm
  volatile std::uint64_t hand_overs;  // from one process of an execution to another
  std::uint64_t current_execution;
  std::int64_t exploring_since;  // real nanoseconds
  std::uint64_t exploring_nanoseconds;
  std::uint32_t puppets;  // carriers to prepare

  // Of the execution that runs, or ran last.
  volatile std::uint32_t choice_count;
  std::uint32_t step_count;  // set when it ends
  std::uint32_t preemptions;
  std::uint64_t work;  // what a replay costs, in scheduling points
  std::uint64_t event_hash;
  std::uint32_t unused_deviations;  // kReplay
  std::uintptr_t conflict_granule;  // where a race or a use after free was seen
  std::uint64_t conflict_code[2];   // the racing instructions as code offsets, 0 where unknown

  // Lesser findings, noted on the way: the first execution in which a thread waits busily, and the first that did not
  // end within the limit on steps.
  static constexpr std::uint64_t kNoExecution = ~std::uint64_t{0};
  std::uint64_t busy_wait_execution;
  std::uint64_t endless_execution;
  std::uint32_t endless_executions;

  // Deadlocks that exploring predicts.
  static constexpr std::uint32_t kMaxLockCycles = 4;
  std::uint32_t lock_cycle_count;
  LockCycle lock_cycles[kMaxLockCycles];

  bool has_exit_status;  // of a whole program, from the first execution that came to its end
  int exit_status;

  std::uint64_t first_hash;  // of execution `first_execution`
  std::uint64_t last_hash;   // of the last complete execution
  Finding finding;
  bool wants_files_alone;  // the program changes files and other explorers share them: see Settings::shares_files

  // The first execution that lost memory, while exploring. Anything else that fails says more about a program.
  volatile bool has_leak;
  std::uint64_t leak_execution;
  Schedule leak_schedule;

  std::uint32_t sometimes_count;
  SometimesRecord sometimes[kMaxSometimes];

  std::uint32_t thread_record_count;
  ThreadRecord thread_records[kMaxThreadRecords];
  std::uint32_t step_record_count;  // all steps; only the last kMaxStepRecords are kept, in a ring
  StepRecord step_records[kMaxStepRecords];

  // Of a recorded execution: where every thread went on, in order. Not kept behind the limit.
  static constexpr std::uint32_t kMaxArrivals = 1 << 18;
  std::uint32_t arrival_count;
  // The same without cuts in plain code after which the thread went on, and the plain accesses, as the compiler
  // announces them, since the last of these. Counted while recording.
  std::uint32_t stretch_count;
  std::uint32_t accesses_since_arrival;
  Arrival arrivals[kMaxArrivals];

  Choice choices[kMaxChoices];
};

inline constexpr std::size_t kSharedStateSize = (sizeof(SharedState) + kPageSize) & ~(kPageSize - 1);

inline SharedState& Shared() { return *reinterpret_cast<SharedState*>(kSharedAddress); }

// The schedule of the execution that runs, or ran last, from its choice log. False if it has more deviations than a
// schedule can hold: it is then cut.
bool ScheduleOfLastExecution(Schedule* schedule);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SHARED_STATE_H_
