// What becomes of an execution that goes on and on. A strategy need not be fair: one that prefers a thread which polls
// for what another must do would never end a correct program. So after kFairAfter scheduling points *fair scheduling*
// begins: every thread that can move gets its turn again and again, at random. What still does not end is then either a
// long computation, or a program that makes no progress; which of them, its states tell:
//
// From time to time a *window* of kWindowPicks choices is watched, with the virtual time standing still unless nobody
// can move. If all states in it (state_hash.h) were there before and every thread that could move in one of them did,
// and led to another of them, the set is *closed*: no choice leaves it.
//   - Nobody waits for time: the program never ends. A livelock, proved.
//   - Somebody sleeps, or waits with a deadline: only time can end the loop; who runs meanwhile is a busy wait.
// Source: a repeated state under a fair schedule is a proof of livelock: Musuvathi and Qadeer, PLDI 2008, section 2; a
// closed set of states under all choices, as here, is a stronger one, because it does not accuse threads that
// would get past each other by chance (back-off).
//
// The choices do not depend on what is observed, so an execution is the same in every process. Nothing is logged: fair
// choices are the default, drawn from the hash of the events so far. Threads: program code only.
#ifndef RACECOURSE_EXECUTION_PROGRESS_H_
#define RACECOURSE_EXECUTION_PROGRESS_H_

#include <cstdint>

#include "framework/core/random.h"
#include "framework/core/types.h"

namespace racecourse {

struct Execution;

// Scheduling points after which an execution is scheduled fairly, far more than the scenarios of exercises have.
inline constexpr std::uint32_t kFairAfter = 10'000;
// A loop that burns this much (virtual) processor time for nothing is a finding. Less is what programs do that spin for
// a moment before they sleep.
inline constexpr std::int64_t kBusyWaitNanoseconds = 20'000'000;

struct ProgressWatch {
  static constexpr std::uint32_t kStatesMax = 1024;
  static constexpr std::uint32_t kWindowPicks = 2048;

  struct State {
    std::uint64_t hash;
    std::uint64_t enabled;  // by slot
    std::uint64_t moved;    // those that were seen to move here
  };

  Random random;
  std::uint32_t window = 0;  // ordinal, over all executions of the process
  bool is_watching = false;
  bool is_too_large = false;  // the states of this window tell nothing
  bool saw_time_waiters = false;
  bool chose_outcomes = false;  // not only threads were chosen
  std::uint32_t picks = 0;      // in this window
  std::uint32_t last_new_pick = 0;
  std::uint32_t next_window = 0;          // in arrivals
  std::uint32_t new_states_in_a_row = 0;  // that end the looking
  std::uint32_t closed_windows = 0;       // in a row, without a new state
  std::uint32_t state_count = 0;
  std::uint32_t unmoved = 0;     // pairs of a state and a thread that could move in it and did not yet
  std::uint32_t last_state = 0;  // index + 1
  State states[kStatesMax];
  std::uint16_t index[2 * kStatesMax];  // by hash; state + 1

  // A watched time slice: the thread looks at memory, and nothing but its own stack may change.
  std::uint64_t slice_code = 0;  // the access at which its state is looked at
  std::uint64_t slice_hash = 0;  // … and was, the first time
  std::uint32_t slice_looks = 0;
  std::uint32_t slice_accesses = 0;

  // Busy waiting: the time that passed while somebody ran for nothing.
  std::int64_t wasted_nanoseconds = 0;
  std::uint32_t idle_rounds = 0;  // all who can move rest, and time stood still
  std::uint32_t idle_rounds_max = 0;
  std::uint64_t idle_hash = 0;    // of the state some rounds ago
  bool idles_in_circles = false;  // it came again
};

// Called in place of a strategy once an execution is scheduled fairly. `current` is the thread that just arrived and
// can go on, or kNoThread.
ThreadSlot ChooseFairly(Execution& execution, ThreadSlot current);

// From now on the execution is scheduled fairly.
void BeginFairness(Execution& execution);

// All threads that can move rest, and `sleeper` is the next whose time comes. Who spins goes on for some rounds before
// time passes, because what spins for a moment before it sleeps (std::atomic::wait does) must get to its sleep; and
// whether it goes in circles is looked at. Returns who is next among those that spin, kNoThread if none does.
ThreadSlot NextIdleThread(Execution& execution, ThreadSlot current, ThreadSlot sleeper);
// True while there are such rounds left.
bool MayIdleOn(const Execution& execution);
// Then `nanoseconds` have passed, after all such rounds if `spinner` is not kNoThread.
void TimeHasPassed(Execution& execution, ThreadSlot spinner, std::int64_t nanoseconds);

// A thread that only touches memory goes on for slice after slice: does it compute, or does it wait for a change? Its
// accesses are looked at until its state comes again (it waits), or it writes, or enough was seen (it computes).
void WatchSlice(Execution& execution);
void StopWatchingSlice(Execution& execution);
void WatchAccess(Execution& execution, std::uintptr_t address, bool is_write, std::uint64_t code);

// By bound, where nothing can be proved: an execution that goes on a hundred times longer than all the others, of which
// there were some, is a livelock; if others are long too, or too few are known, it is none of our business.
inline constexpr std::uint32_t kEndlessArrivals = 100 * kFairAfter;
inline constexpr std::uint32_t kEndlessSlices = 500;
bool OthersEndSoon(const Execution& execution);
bool MayBeEndless(const Execution& execution);
// Reports the running execution as a livelock if it is known to be one, else notes it and ends it.
void AbandonEndlessExecution(Execution& execution);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_PROGRESS_H_
