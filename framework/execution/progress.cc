#include "framework/execution/progress.h"

#include "framework/execution/descriptor_wait.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/interruption.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/state_hash.h"
#include "framework/execution/timers.h"
#include "framework/execution/wait.h"

namespace racecourse {
namespace {

// New states in a row after which a window is taken for the computation it is: fewer in the first one, which most long
// executions come to, than in the later ones, which are rare.
constexpr std::uint32_t kNewStatesInARow = 192;
constexpr std::uint32_t kNewStatesInARowAtFirst = 64;
// Choices at the start of a window whose states do not count: the program may only be on its way into a circle.
constexpr std::uint32_t kRunUp = ProgressWatch::kWindowPicks / 4;
// Closed windows in a row, with time moving on after each, that amount to a livelock.
constexpr std::uint32_t kClosedWindowsMax = 8;
// Rounds for each spinning thread before time passes: more than the twenty or so of std::atomic::wait.
constexpr std::uint32_t kIdleRounds = 64;
// Time that is worth a look at who runs while it passes.
constexpr std::int64_t kNoticeableNanoseconds = 100'000;
constexpr std::uint64_t kExecutionsWatched = 64;
// Accesses, and looks at the state, after which a watched time slice is taken for a computation.
constexpr std::uint32_t kSliceAccesses = 4096;
constexpr std::uint32_t kSliceLooks = 64;
// Executions without an end after which no more are tried.
constexpr std::uint32_t kEndlessExecutionsMax = 8;
// So many must have ended, and soon, before one that does not is a livelock.
constexpr std::uint64_t kEndedExecutionsMin = 16;
// Outside windows, time may pass at one choice in this many,
constexpr std::uint32_t kTimePasses = 64;
// and another thread is picked at one in this many. In windows it is one in two, to see all moves of all states soon.
constexpr std::uint64_t kTurns = 8;

void ForgetStates(ProgressWatch& watch) {
  for (std::uint32_t i = 0; i < watch.state_count; ++i) {
    // Linear probing fills a stretch behind each hash: clearing from there on clears it.
    for (std::uint32_t at = watch.states[i].hash % (2 * ProgressWatch::kStatesMax); watch.index[at] != 0;
         at = (at + 1) % (2 * ProgressWatch::kStatesMax)) {
      watch.index[at] = 0;
    }
  }
  watch.state_count = 0;
  watch.unmoved = 0;
  watch.last_state = 0;
  watch.closed_windows = 0;
  watch.saw_time_waiters = false;
  watch.chose_outcomes = false;
}

void BeginWindow(ProgressWatch& watch) {
  ForgetStates(watch);
  ++watch.window;
  watch.is_watching = true;
  watch.is_too_large = false;
  watch.picks = 0;
  watch.last_new_pick = 0;
}

std::uint64_t SlotBit(ThreadSlot slot) { return std::uint64_t{1} << (slot & 63); }

std::uint32_t FindOrAddState(ProgressWatch& watch, std::uint64_t hash, std::uint64_t enabled, unsigned enabled_count) {
  std::uint32_t at = hash % (2 * ProgressWatch::kStatesMax);
  for (; watch.index[at] != 0; at = (at + 1) % (2 * ProgressWatch::kStatesMax)) {
    if (watch.states[watch.index[at] - 1].hash == hash) return watch.index[at];
  }
  if (watch.closed_windows > 0) {
    // Time has moved on, and the program with it.
    ForgetStates(watch);
    at = hash % (2 * ProgressWatch::kStatesMax);
  }
  watch.states[watch.state_count] = {hash, enabled, 0};
  watch.index[at] = static_cast<std::uint16_t>(++watch.state_count);
  watch.unmoved += enabled_count;
  return watch.state_count;
}

// False if the rest of this window can tell nothing new: looking is what costs.
bool IsWorthALook(const ProgressWatch& watch) {
  if (watch.is_too_large) return false;
  // Closed by its threads alone, a set stays closed; with outcomes to choose from, only looking on can tell.
  const bool is_closed = watch.state_count > 0 && watch.unmoved == 0 && !watch.chose_outcomes;
  return !is_closed || watch.closed_windows > 0 || watch.picks <= kRunUp;
}

// Looks at the state the execution is in.
void Observe(Execution& execution) {
  ProgressWatch& watch = execution.progress;
  std::uint64_t enabled = 0;
  execution.enabled.ForEach([&](ThreadSlot slot) {
    watch.is_too_large |= slot >= 64;
    enabled |= SlotBit(slot);
  });
  std::uint64_t hash;
  if (watch.is_too_large || !HashState(&hash)) {
    watch.is_too_large = true;
    return;
  }
  const std::uint32_t count_before = watch.state_count;
  watch.last_state = FindOrAddState(watch, hash, enabled, execution.enabled.Size());
  watch.saw_time_waiters |= !WaitingForTime(execution).Empty();
  if (watch.state_count == count_before) return;
  watch.last_new_pick = watch.picks;
  // Nothing came again so far, or there is no end to them.
  if (watch.state_count == ProgressWatch::kStatesMax ||
      (watch.state_count == watch.new_states_in_a_row && watch.picks + 1 == watch.new_states_in_a_row)) {
    watch.is_too_large = true;
  }
}

void NoteMove(ProgressWatch& watch, ThreadSlot slot) {
  if (watch.last_state == 0) return;
  ProgressWatch::State& state = watch.states[watch.last_state - 1];
  if ((state.enabled & SlotBit(slot)) == 0 || (state.moved & SlotBit(slot)) != 0) return;
  state.moved |= SlotBit(slot);
  --watch.unmoved;
}

// True if the window shows that nothing the threads can do leads anywhere new.
bool IsClosed(const ProgressWatch& watch) {
  if (watch.is_too_large || watch.state_count == 0 || watch.unmoved > 0) return false;
  // Which outcomes there were to choose from is not known: long enough without a new state must do.
  return !watch.chose_outcomes || watch.last_new_pick < ProgressWatch::kWindowPicks / 2;
}

ThreadSlot LetTimePass(Execution& execution) {
  const ThreadSlot slot = EarliestDeadline(execution, WaitingForTime(execution));
  WakeUnusually(execution, slot);
  return slot;
}

// The first one is noted, by the number of its execution: that of a steered schedule means nothing elsewhere.
bool MayNoteBusyWait(const SharedState& shared) {
  return shared.order.mode == Order::Mode::kExplore && shared.order.cycle.length == 0 &&
         shared.busy_wait_execution == SharedState::kNoExecution;
}

// `nanoseconds` of virtual time pass while `spinner` runs for nothing.
void NoteWastedTime(Execution& execution, ThreadSlot spinner, std::int64_t nanoseconds) {
  ProgressWatch& watch = execution.progress;
  if (nanoseconds <= 0) return;
  watch.wasted_nanoseconds += nanoseconds;
  if (watch.wasted_nanoseconds < kBusyWaitNanoseconds) return;
  SharedState& shared = Shared();
  if (shared.order.reports_busy_wait) ReportBusyWait(spinner, watch.wasted_nanoseconds);
  if (MayNoteBusyWait(shared)) {
    shared.busy_wait_execution = shared.current_execution;
  }
}

// The thread to go on if it must be a particular one, else kNoThread.
ThreadSlot EndWindow(Execution& execution) {
  ProgressWatch& watch = execution.progress;
  const bool is_closed = IsClosed(watch);
  watch.picks = 0;
  watch.last_new_pick = 0;
  const bool time_can_pass = !WaitingForTime(execution).Empty();
  if (!is_closed) {
    watch.is_watching = false;
    watch.new_states_in_a_row = kNewStatesInARow;
    watch.next_window = execution.arrivals > UINT32_MAX / 4 ? UINT32_MAX : 4 * execution.arrivals;
    return time_can_pass ? LetTimePass(execution) : kNoThread;
  }
  if (!watch.saw_time_waiters || ++watch.closed_windows == kClosedWindowsMax) ReportNoProgress(watch.state_count);
  if (!time_can_pass) return kNoThread;
  const ThreadSlot sleeper = EarliestDeadline(execution, WaitingForTime(execution));
  if (!execution.enabled.Empty()) {
    NoteWastedTime(execution, execution.enabled.First(), execution.threads[sleeper].deadline - execution.now);
  }
  return LetTimePass(execution);
}

// Busy waits show in most schedules: it is enough to look in some.
bool LooksForBusyWaits() {
  const SharedState& shared = Shared();
  if (shared.order.reports_busy_wait) return true;
  return MayNoteBusyWait(shared) && shared.current_execution < kExecutionsWatched;
}

}  // namespace

void BeginFairness(Execution& execution) {
  execution.is_fair = true;
  execution.arrivals_limit = kEndlessArrivals;
  ProgressWatch& watch = execution.progress;
  watch.random.Seed(execution.event_hash);
  watch.is_watching = false;
  watch.next_window = 0;
  watch.new_states_in_a_row = kNewStatesInARowAtFirst;
}

ThreadSlot ChooseFairly(Execution& execution, ThreadSlot current) {
  ProgressWatch& watch = execution.progress;
  execution.resting.Clear();
  execution.spinning = false;
  if (__builtin_expect(execution.second_look.is_on, 0)) {
    const ThreadSlot looker = execution.second_look.looker;
    return execution.enabled.Contains(looker) ? looker : NextWhenStuck();
  }
  // A signal, or a cancellation, is not kept waiting any longer.
  const ThreadSlot interrupted =
      __builtin_expect(execution.has_interruptions, 0) ? Interruptible(execution).First() : kNoThread;
  if (interrupted != kNoThread) {
    WakeUnusually(execution, interrupted);
    return interrupted;
  }
  if (execution.enabled.Empty() && !RecheckWhenNobodyMoves()) {
    if (!LetProgramsMove(!WaitingForTime(execution).Empty())) {
      if (WaitingForTime(execution).Empty()) return NextWhenStuck();
      return LetTimePass(execution);
    }
  }
  if (!watch.is_watching && execution.arrivals >= watch.next_window) BeginWindow(watch);
  bool looks = false;
  if (watch.is_watching) {
    watch.last_state = 0;
    // What leads into a circle is not part of it.
    if (watch.picks == kRunUp && watch.closed_windows == 0) ForgetStates(watch);
    looks = IsWorthALook(watch);
    if (looks) {
      if (current != kNoThread) CaptureProgramState();
      Observe(execution);
    }
    if (++watch.picks == ProgressWatch::kWindowPicks) {
      const ThreadSlot woken = EndWindow(execution);
      if (woken != kNoThread) return woken;
    }
  } else if (execution.has_unusual && watch.random.Below(kTimePasses) == 0 && !WaitingForTime(execution).Empty()) {
    return LetTimePass(execution);
  }
  const std::uint64_t bits = watch.random.Next();
  const std::uint64_t turns = watch.is_watching ? 2 : kTurns;
  ThreadSlot picked = current;
  if (current == kNoThread || !execution.enabled.Contains(current) || bits % turns == 0) {
    const unsigned size = execution.enabled.Size();
    picked = execution.enabled.Nth(static_cast<unsigned>(((bits >> 32) * size) >> 32));
  }
  if (looks) {
    NoteMove(watch, picked);
    WipeDeadStack();
  }
  return picked;
}

ThreadSlot NextIdleThread(Execution& execution, ThreadSlot current, ThreadSlot sleeper) {
  ThreadSet idle;
  execution.enabled.ForEach([&](ThreadSlot slot) {
    // A thread that only used up its time slice computes.
    if (execution.pending[slot].kind != OperationKind::kTimeSlice) idle.Add(slot);
  });
  if (idle.Empty()) return kNoThread;
  ProgressWatch& watch = execution.progress;
  if (watch.idle_rounds == 0) {
    watch.idle_rounds_max = kIdleRounds * idle.Size();
    watch.idles_in_circles = false;
  }
  ++watch.idle_rounds;
  const std::int64_t to_pass = execution.threads[sleeper].deadline - execution.now;
  if (!watch.idles_in_circles && 2 * watch.idle_rounds >= watch.idle_rounds_max && current != kNoThread &&
      to_pass >= kNoticeableNanoseconds && LooksForBusyWaits()) {
    const bool is_first = 2 * (watch.idle_rounds - 1) < watch.idle_rounds_max;
    if (is_first) ++watch.window;
    CaptureProgramState();
    std::uint64_t hash;
    if (HashState(&hash)) {
      if (is_first) {
        watch.idle_hash = hash;
      } else {
        watch.idles_in_circles = hash == watch.idle_hash;
      }
    }
    WipeDeadStack();
  }
  ThreadSlot next = kNoThread;
  idle.ForEach([&](ThreadSlot slot) {
    if (next == kNoThread && current != kNoThread && slot > current) next = slot;
  });
  return next != kNoThread ? next : idle.First();
}

bool MayIdleOn(const Execution& execution) {
  return execution.progress.idle_rounds < execution.progress.idle_rounds_max;
}

void TimeHasPassed(Execution& execution, ThreadSlot spinner, std::int64_t nanoseconds) {
  const bool has_idled = !MayIdleOn(execution);
  execution.progress.idle_rounds = 0;
  if (spinner != kNoThread && has_idled && execution.progress.idles_in_circles) {
    NoteWastedTime(execution, spinner, nanoseconds);
  }
}

void WatchSlice(Execution& execution) {
  ProgressWatch& watch = execution.progress;
  execution.watches_slice = true;
  execution.access_budget_full = execution.access_budget = 0;
  execution.slice_left = kTimeSliceAccesses;
  watch.slice_code = 0;
  watch.slice_looks = 0;
  watch.slice_accesses = 0;
}

void StopWatchingSlice(Execution& execution) {
  execution.watches_slice = false;
  execution.access_budget_full = execution.looks_at_every_access ? 0 : kTimeSliceAccesses;
  execution.access_budget = execution.access_budget_full;
}

void WatchAccess(Execution& execution, std::uintptr_t address, bool is_write, std::uint64_t code) {
  ProgressWatch& watch = execution.progress;
  Thread& self = *execution.current;
  const auto stack_base = reinterpret_cast<std::uintptr_t>(self.stack_base);
  const bool is_own_stack = address < stack_base && address >= stack_base - kPuppetStackSize;
  if (watch.slice_code == 0) watch.slice_code = code;
  if ((is_write && !is_own_stack) || ++watch.slice_accesses > kSliceAccesses) return StopWatchingSlice(execution);
  if (code != watch.slice_code) return;
  if (++watch.slice_looks > kSliceLooks) return StopWatchingSlice(execution);
  ++watch.window;
  CaptureProgramState();
  std::uint64_t hash;
  const bool is_known = HashState(&hash);
  WipeDeadStack();
  if (!is_known) return StopWatchingSlice(execution);
  if (watch.slice_looks == 1) {
    watch.slice_hash = hash;
    return;
  }
  if (hash != watch.slice_hash) return;
  // It waits for another thread, or a signal's handler, to write what it reads. No such thing can come from itself.
  StopWatchingSlice(execution);
  const bool has_signals = execution.has_interruptions && PendingFor(self) != 0;
  if (execution.enabled.IsSingleton() && WaitingForTime(execution).Empty() && !has_signals) ReportNoProgress(1);
  self.fruitless_operations = Thread::kFruitlessBeforeRest;
  execution.spinning = true;
  ArriveResting(OperationKind::kTimeSlice, 0);
}

bool OthersEndSoon(const Execution& execution) {
  return execution.ended_executions >= kEndedExecutionsMin && execution.longest_arrivals <= kFairAfter &&
         execution.longest_quiet_slices <= kEndlessSlices / 100;
}

bool MayBeEndless(const Execution& execution) { return Shared().order.endless_is_livelock || OthersEndSoon(execution); }

void AbandonEndlessExecution(Execution& execution) {
  if (MayBeEndless(execution)) ReportEndless();
  SharedState& shared = Shared();
  if (shared.order.mode == Order::Mode::kReplay || ++shared.endless_executions == kEndlessExecutionsMax) {
    ReportUncontrolled(execution.quiet_slices >= kEndlessSlices
                           ? "one thread makes a billion memory accesses without synchronising once"
                           : "the execution does not end within the limit on steps");
  }
  if (shared.endless_executions == 1) shared.endless_execution = shared.current_execution;
  EndExecution();
}

}  // namespace racecourse
