#include "framework/execution/explorer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "framework/execution/execution.h"
#include "framework/execution/failure_signals.h"
#include "framework/execution/faults.h"
#include "framework/execution/file_undo.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/leak.h"
#include "framework/execution/leftovers.h"
#include "framework/execution/loaded_program.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/processes.h"
#include "framework/execution/puppet.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"
#include "framework/execution/thread_exit.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kEarlyTimeoutsMax = 2;
constexpr std::uint32_t kSpuriousWakeupsMax = 2;
constexpr std::uint32_t kPersistenceMax = 4;
constexpr std::uint32_t kStepsMax = 2'000'000;
// Virtual time begins here: 2030-01-01, so that nobody mistakes it for real time.
constexpr VirtualTime kTimeBase = 1'893'456'000'000'000'000;

void DiscardOutput() {
  const long null = SystemCall(SYS_open, "/dev/null", O_RDWR, 0);
  if (null < 0) return;
  SystemCall(SYS_dup2, null, 1);
  SystemCall(SYS_dup2, null, 2);
  if (null > 2) SystemCall(SYS_close, null);
}

}  // namespace

// What the parent of this process ignores is not its business.
void FindInitialActions() {
  Execution& execution = TheExecution();
  for (int signal = 1; signal <= 64; ++signal) {
    struct sigaction& action = execution.initial_actions[signal];
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) continue;
    action = {};
  }
}

void AllocateRecords() {
  const long memory = SystemCall(SYS_mmap, 0, kMaxAllocationRecords * sizeof(AllocationRecord), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  RC_CHECK(memory > 0);
  TheExecution().allocations = reinterpret_cast<AllocationRecord*>(memory);
}

void IgnoreForeignData() {
  for (std::uint32_t i = 0; i < ForeignDataCount(); ++i) {
    const ForeignData data = ForeignDataAt(i);
    TheExecution().races.Ignore(data.begin, data.size);
  }
}

namespace {

void Prepare(const Scenario& scenario) {
  Execution& execution = TheExecution();
  SharedState& shared = Shared();
  const Order& order = shared.order;
  execution.body = scenario.body;
  execution.body_argument = scenario.argument;
  execution.is_whole_program = scenario.is_whole_program;
  execution.is_supervised = true;
  new (&execution.portfolio) Portfolio();
  new (&execution.replay) Replay();
  new (&execution.steered_walk) SteeredWalk();
  execution.steered_walk.Towards(&shared.order.cycle);
  execution.portfolio.Use(order.strategy);
  execution.order_schedule = order.schedule;
  execution.replay.Follow(&execution.order_schedule);
  execution.choice_log = shared.choices;
  execution.records = order.records;
  execution.detects_races = order.detects_races;
  execution.steps_max = kStepsMax;
  execution.looks_at_every_access = order.records || order.schedule.plain_point_count > 0;
  shared.step_record_count = 0;
  if (order.records) AllocateRecords();
  MapSharedRegions();
  execution.processes[kRootProcess].real_pid = static_cast<std::int32_t>(SystemCall(SYS_getpid));
  CreatePuppets(shared.puppets);
  LeaveRestartableSequences();
  FindInitialActions();
  InstallFailureSignals();
  if (!order.shows_output) DiscardOutput();
  const bool expects_output = execution.expected_output.IsWanted() && scenario.is_whole_program;
  if (expects_output) execution.expected_output.Redirect();
  execution.inherited_files.Save();
  if (expects_output) execution.expected_output.Keep(execution.inherited_files.ReservedBegin());
  KeepExitHandlers();
  execution.image.Find(execution.setup_heap);
  execution.image.Protect();
}

void BeginExecution(std::uint64_t number) {
  Execution& execution = TheExecution();
  const Order& order = Shared().order;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    Thread& thread = execution.threads[slot];
    execution.clock_base = std::max(execution.clock_base, thread.accessor.clock.entries[slot]);
    thread.state = Thread::State::kFree;
  }
  ++execution.generation;
  execution.arena.Reset();
  execution.shared_arena.Reset();
  execution.shadow.BeginExecution(execution.generation);
  execution.races.BeginExecution(execution.clock_base, execution.generation);
  execution.coroutines.BeginExecution(execution.generation);
  execution.context_stacks.BeginExecution();
  if ((execution.generation & DataRaceDetector::kGenerationMask) <= 1) {
    execution.shadow.ClearCells();
    IgnoreForeignData();
  }
  execution.scenario_heap.Reset();
  execution.enabled.Clear();
  execution.resting.Clear();
  execution.sleeping.Clear();
  execution.timed.Clear();
  execution.dozing.Clear();
  execution.descriptor_waiters.Clear();
  execution.open_files.BeginExecution();
  execution.kernel_objects.count = 0;
  execution.system_objects.BeginExecution();
  BeginFaults();
  execution.descriptor_changes = 0;
  execution.descriptors_asked_at = 0;
  BeginProcesses();
  execution.has_unusual = false;
  execution.spinning = false;
  execution.has_returned = false;
  execution.switched_by_choice = false;
  execution.quiet_slices = 0;
  execution.most_quiet_slices = 0;
  execution.arrivals = 0;
  execution.arrivals_limit = kFairAfter;
  execution.is_fair = false;
  execution.progress.wasted_nanoseconds = 0;
  execution.progress.idle_rounds = 0;
  execution.choice_count = 0;
  execution.step_count = 0;
  execution.event_hash = 0;
  execution.preemptions = 0;
  execution.live_threads = 0;
  execution.next_thread_id = 0;
  execution.now = kTimeBase;
  execution.entropy.Seed(order.seed);
  execution.has_interruptions = false;
  execution.timers.BeginExecution();
  execution.second_look.BeginExecution();
  execution.timeouts_left = kEarlyTimeoutsMax;
  execution.spurious_left = kSpuriousWakeupsMax;
  execution.persistence_left = kPersistenceMax;
  execution.access_budget_full = execution.looks_at_every_access ? 0 : kTimeSliceAccesses;
  execution.watches_slice = false;
  execution.exchanged_count = 0;
  execution.exchanged_capacity = 0;
  if (execution.keys_changed) {
    for (auto& key : execution.keys) {
      key.in_use = (key.in_use && !key.is_of_execution) || key.is_deleted;
      key.is_deleted = false;
    }
    execution.keys_changed = false;
  }
  ResetExitHandlers();
  SharedState& shared = Shared();
  shared.choice_count = 0;
  shared.arrival_count = 0;
  shared.stretch_count = 0;
  shared.accesses_since_arrival = 0;
  shared.step_count = 0;
  shared.current_execution = number;
  execution.watch_rounds = 0;

  // The first execution takes every choice by default: what fails there needs no scheduling at all to explain.
  if (order.cycle.length > 0) {
    execution.strategy = &execution.steered_walk;
  } else if (order.mode == Order::Mode::kReplay || number == 0) {
    execution.strategy = &execution.replay;
  } else {
    execution.strategy = &execution.portfolio.ForExecution(number);
  }
  execution.strategy->BeginExecution(MixSeed(order.seed * 0x9e3779b97f4a7c15u + number));
  execution.slots_in_use = 1;
  NewThread(0, kNoThread);
  StartThread(0);
}

// What executions left on the heap, by number of blocks and bytes. A program that keeps its memory until it ends leaves
// the same in most executions; those are searched for leaks often at first, then less and less, so that thousands of
// them cost what a few cost.
class Leftovers {
 public:
  bool IsWorthASearch(const Heap& heap) {
    const std::uint64_t key = MixSeed(std::uint64_t{heap.LiveBlocks()} << 40 ^ heap.LiveBytes());
    Seen& seen = seen_[key % kPlaces];
    if (seen.key != key) seen = {key, 0};
    ++seen.times;
    return seen.times <= kAlways || (seen.times & (seen.times - 1)) == 0;
  }

 private:
  static constexpr std::uint64_t kPlaces = 64;
  static constexpr std::uint32_t kAlways = 32;
  struct Seen {
    std::uint64_t key = 0;
    std::uint32_t times = 0;
  };
  Seen seen_[kPlaces];
};

// Exploring goes on after a leak, which is reported if nothing else fails: it says least about a program.
void LookForLeak(std::uint64_t number, const void* engine_frame) {
  SharedState& shared = Shared();
  const Leak leak = FindLeak(engine_frame);
  if (leak.block == 0) return;
  if (shared.order.mode == Order::Mode::kReplay) ReportLeak(leak);
  if (!ScheduleOfLastExecution(&shared.leak_schedule)) return;
  shared.leak_execution = number;
  shared.has_leak = true;
}

// The same for what the kernel keeps.
void LookForLeftObject(std::uint64_t number) {
  SharedState& shared = Shared();
  const KernelObject* object = FindLeftObject();
  if (object == nullptr) return;
  if (shared.order.mode == Order::Mode::kReplay) ReportLeftObject(*object);
  if (!ScheduleOfLastExecution(&shared.leak_schedule)) return;
  shared.leak_execution = number;
  shared.has_leak = true;
}

void RestoreImage() {
  Execution& execution = TheExecution();
  if (execution.has_processes) EndProcesses();
  if (execution.mappings.count > 0) ForgetSharedMappings();
  if (__builtin_expect(Shared().has_shared_names, 0)) {
    RemoveSharedMemoryOf(execution.processes[kRootProcess].real_pid);
    Shared().has_shared_names = false;
  }
  if (__builtin_expect(execution.has_processes, 0)) {
    execution.image.RestoreChanged();
  } else {
    execution.image.Restore();
  }
  if (execution.processes[kRootProcess].descriptors.count > 0) RestoreDescriptors();
  for (std::uint32_t i = 0; i < execution.exchanged_count; ++i) {
    execution.shadow.ExchangePage(execution.exchanged_pages[i].address, execution.exchanged_pages[i].page);
  }
  if (__builtin_expect(execution.system_objects.has_locks, 0)) execution.inherited_files.Unlock();
  execution.inherited_files.Restore();
  if (__builtin_expect(execution.expected_output.IsCollected(), 0)) execution.expected_output.Forget();
  if (__builtin_expect(!TheFileUndo().IsEmpty(), 0) && !TheFileUndo().UndoAll()) {
    ReportUncontrolled("a file that the program changed or removed could not be put back after an execution");
  }
}

}  // namespace

void RunExplorer(const Scenario& scenario) {
  SharedState& shared = Shared();
  const double seconds_max = shared.order.seconds_max;
  Prepare(scenario);
  Execution& execution = TheExecution();
  const std::uint64_t first = shared.order.first_execution;
  const std::uint64_t end = first + shared.order.executions;
  const std::int64_t started = shared.exploring_since = RealNanoseconds();
  ExplorerResult result = ExplorerResult::kCompleted;
  Leftovers leftovers;
  for (std::uint64_t number = first; number < end; ++number) {
    const std::uint32_t endless = shared.endless_executions;
    BeginExecution(number);
    RunExecution();
    if (shared.endless_executions == endless) {
      ++execution.ended_executions;
      execution.longest_arrivals = std::max(execution.longest_arrivals, execution.arrivals);
      execution.longest_quiet_slices = std::max(execution.longest_quiet_slices, execution.most_quiet_slices);
    }
    if (__builtin_expect(execution.scenario_heap.LiveBlocks() != 0, 0) && execution.has_returned && !shared.has_leak &&
        leftovers.IsWorthASearch(execution.scenario_heap)) {
      LookForLeak(number, __builtin_frame_address(0));
    }
    if (__builtin_expect(execution.kernel_objects.count != 0, 0) && !shared.has_leak &&
        shared.endless_executions == endless) {
      LookForLeftObject(number);
    }
    execution.strategy->EndExecution(execution.choice_count);
    RestoreImage();
    if (number == first) shared.first_hash = execution.event_hash;
    shared.last_hash = execution.event_hash;
    shared.executions_done = shared.executions_done + 1;
    if (execution.choice_count == 0 && shared.order.mode == Order::Mode::kExplore) {
      result = ExplorerResult::kOnlySchedule;
      break;
    }
    if (seconds_max > 0 && ((number & 63) == 0 || execution.step_count > 1000) &&
        static_cast<double>(RealNanoseconds() - started) > seconds_max * 1e9) {
      result = ExplorerResult::kTimeIsUp;
      break;
    }
  }
  if (shared.order.mode == Order::Mode::kExplore) {
    shared.lock_cycle_count = execution.lock_order.FindCycles(shared.lock_cycles, SharedState::kMaxLockCycles);
  }
  if (shared.endless_executions > 0 && result != ExplorerResult::kTimeIsUp) {
    if (!OthersEndSoon(execution)) ReportUncontrolled("an execution does not end within the limit on steps");
    result = ExplorerResult::kEndless;
  }
  EndExplorer(result);
}

}  // namespace racecourse
