#include "framework/carrier/carriers.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>

#include <atomic>
#include <climits>

#include "framework/carrier/descriptors.h"
#include "framework/carrier/sanitizer.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kCarriersMax = 4096;
constexpr std::uint32_t kNobody = ~std::uint32_t{0};

// One turn: given at most once before it is taken.
struct Turn {
  std::atomic<std::uint32_t> is_given;
};

struct State {
  const Arrival* arrivals = nullptr;
  std::uint32_t count = 0;
  std::uint32_t position = 0;  // only the thread whose turn it is reads or writes it
  std::uint32_t carriers = 0;
  std::uint32_t gone = 0;
  std::uint32_t others_gone = 0;  // of all but the first
  bool has_ended = false;         // the first thread has returned from main, or from the test's body
  std::int64_t now = 0;
  Random entropy;
  Progress* progress = nullptr;
  const Observer* observer = nullptr;
  Turn turns[kCarriersMax];
};

State state;
thread_local std::uint32_t this_carrier = kNobody;
thread_local bool is_suspended = false;

void Wake(std::uint32_t carrier) {
  Turn& turn = state.turns[carrier];
  turn.is_given.store(1, std::memory_order_release);
  SystemCall(SYS_futex, &turn.is_given, FUTEX_WAKE_PRIVATE, 1);
}

void AwaitWake(std::uint32_t carrier) {
  Turn& turn = state.turns[carrier];
  while (turn.is_given.exchange(0, std::memory_order_acquire) == 0) {
    SystemCall(SYS_futex, &turn.is_given, FUTEX_WAIT_PRIVATE, 0, 0L);
  }
}

[[noreturn]] void Diverge(OperationKind actual) {
  Progress& progress = *state.progress;
  progress.expected_thread = state.arrivals[state.position].thread;
  progress.expected = state.arrivals[state.position].kind;
  progress.actual_thread = this_carrier;
  progress.actual = actual;
  Finish(Following::kDiverged);
}

// The calling thread has the turn, and comes to `kind`.
const Arrival& Take(OperationKind kind) {
  const Arrival& arrival = state.arrivals[state.position];
  if (arrival.kind != kind) Diverge(kind);
  state.progress->position = ++state.position;
  state.now = arrival.now;
  if (state.observer != nullptr) state.observer->on_arrival(state.position, arrival);
  if (arrival.outcome == Arrival::kFault) Finish(Following::kUnsupported);
  return arrival;
}

}  // namespace

void BeginFollowing(const Arrival* arrivals, std::uint32_t count, std::uint64_t seed, Progress* progress) {
  state.arrivals = arrivals;
  state.count = count;
  state.progress = progress;
  state.entropy.Seed(seed);
  if (arrivals == nullptr) return;
  const std::uint32_t number = NewCarrier();
  NoteThreadHandle(number, number, pthread_self());
  NoteInheritedFiles();
  BecomeCarrier(number);
}

void SetObserver(const Observer* observer) { state.observer = observer; }

bool IsObserved() { return state.observer != nullptr; }
bool IsRun() { return state.progress != nullptr; }
bool IsFollowing() { return this_carrier != kNobody && !is_suspended; }
bool IsFollowingOrSuspended() { return this_carrier != kNobody; }
void Suspend() { is_suspended = true; }
void Resume() { is_suspended = false; }
std::uint32_t ThisCarrier() { return this_carrier; }
std::uint32_t CarrierCount() { return state.carriers; }
std::uint32_t LiveCarriers() { return state.carriers - state.gone; }

void GiveTurn() {
  if (state.position == state.count) Finish(Following::kFollowed);
  const std::uint32_t next = state.arrivals[state.position].thread;
  // A thread that was never created, or that is gone, does not come.
  if (next >= state.carriers) Diverge(OperationKind::kNone);
  Wake(next);
}

const Arrival& AwaitTurn(OperationKind kind) {
  AwaitWake(this_carrier);
  return Take(kind);
}

const Arrival& Arrive(OperationKind kind) {
  if (state.position == state.count) Finish(Following::kFollowed);
  if (state.arrivals[state.position].thread == this_carrier) return Take(kind);
  GiveTurn();
  return AwaitTurn(kind);
}

void Leave() {
  const bool follows = IsFollowingOrSuspended();
  const bool is_first = this_carrier == 0;
  this_carrier = kNobody;
  if (follows) ++state.gone;
  if (follows && !is_first) ++state.others_gone;
  if (follows) GiveTurn();
}

OperationKind NextOwnKind() {
  for (std::uint32_t i = state.position; i < state.count; ++i) {
    if (state.arrivals[i].thread == this_carrier) return state.arrivals[i].kind;
  }
  return OperationKind::kNone;
}

std::uint32_t NewCarrier() {
  if (state.carriers == kCarriersMax) Finish(Following::kUnsupported);
  return state.carriers++;
}

void BecomeCarrier(std::uint32_t number) {
  this_carrier = number;
  if (state.observer != nullptr) state.observer->on_thread();
  // The first has the turn from the start.
  if (number != 0) AwaitWake(number);
  if (state.position == state.count) Finish(Following::kFollowed);
  if (state.arrivals[state.position].thread != number) Diverge(OperationKind::kThreadStart);
  Take(OperationKind::kThreadStart);
}

void NoteHelper() { ++state.gone; }
void MarkEndOfProgram() { state.has_ended = true; }
void NoteFence() { state.progress->has_fences = true; }
void NoteMade(const char* path) { state.progress->made.Add(path); }
void NoteFiber() {
  if (IsRun()) state.progress->has_fibers = true;
}

void Finish(Following following) {
  if (state.observer != nullptr) state.observer->on_end(following);
  this_carrier = kNobody;
  Progress& progress = *state.progress;
  if (following == Following::kUnsupported && progress.expected == OperationKind::kNone && state.position > 0) {
    const Arrival& last = state.arrivals[state.position - 1];
    progress.expected_thread = last.thread;
    progress.expected = last.kind;
  }
  const bool is_sound = CanaryIsReported();
  progress.following = is_sound ? following : Following::kTampered;
  if (is_sound && state.has_ended && state.others_gone + 1 == state.carriers) ExamineWhatIsLeft();
  for (;;) SystemCall(SYS_exit_group, 0);
}

void FinishAsReported() {
  state.progress->following = Following::kReported;
  for (;;) SystemCall(SYS_exit_group, 0);
}

std::int64_t& Now() { return state.now; }
Random& Entropy() { return state.entropy; }

}  // namespace racecourse
