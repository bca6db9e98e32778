#include "framework/carrier/carriers.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include <atomic>
#include <climits>

#include "framework/carrier/descriptors.h"
#include "framework/carrier/sanitizer.h"
#include "framework/execution/real_process.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kNobody = ~std::uint32_t{0};
constexpr std::uint32_t kRootProcess = 0;
// How often who waits looks whether the others are still there, once there are processes.
constexpr long kPatienceNanoseconds = 20'000'000;
// How long a process that is to end may take for it.
constexpr int kMillisecondsToEnd = 2000;

// What this process has for itself; the rest is the crew's.
struct State {
  const Arrival* arrivals = nullptr;
  std::uint32_t count = 0;
  bool has_ended = false;  // the first thread has returned from main, or from the test's body
  Progress* progress = nullptr;
  const Observer* observer = nullptr;
  std::uint32_t process = kRootProcess;
  std::int32_t server = 0;         // who started the run; the first process's parent
  std::int32_t root = 0;           // the first process
  std::uint32_t thread_count = 0;  // that the sanitizer knows here
  std::uint32_t unjoined = 0;      // those of them, besides the first, that nobody has joined
  std::uint32_t threads[Crew::kCarriersMax] = {};
};

State state;
std::atomic<bool> is_leaving = false;
thread_local std::uint32_t this_carrier = kNobody;
thread_local bool is_suspended = false;

Crew& TheirCrew() { return state.progress->crew; }

std::int32_t RealPid() { return static_cast<std::int32_t>(SystemCall(SYS_getpid)); }

void Wake(std::uint32_t carrier) {
  std::atomic<std::uint32_t>& turn = TheirCrew().carriers[carrier].turn;
  turn.store(1, std::memory_order_release);
  SystemCall(SYS_futex, &turn, FUTEX_WAKE, 1);
}

void TellEnd() {
  if (state.observer == nullptr || state.process != kRootProcess) return;
  state.observer->on_end(static_cast<Following>(TheirCrew().following.load()));
}

// The run is over, and not by this process: it says whether its sanitizer is to be believed, and is gone.
[[noreturn]] void EndWithRun() {
  this_carrier = kNobody;
  if (!is_leaving.exchange(true)) {
    TellEnd();
    Crew::Process& process = TheirCrew().processes[state.process];
    if (process.state == Crew::Process::State::kRunning && !process.is_unwatched) {
      process.is_tampered = !CanaryIsReported();
    }
    SystemCall(SYS_exit_group, 0);
  }
  for (;;) SystemCall(SYS_pause);
}

// What is left of the process when it ends: none of its threads lives.
void NoteEnd(std::uint32_t index) {
  Crew& crew = TheirCrew();
  for (std::uint32_t i = 0; i < crew.carrier_count; ++i) {
    Crew::Carrier& carrier = crew.carriers[i];
    if (carrier.process != index || carrier.is_gone) continue;
    carrier.is_gone = true;
    ++crew.gone;
  }
  crew.processes[index].state = Crew::Process::State::kEnded;
  for (std::uint32_t i = 0; i < crew.process_count; ++i) {
    if (crew.processes[i].parent == index) crew.processes[i].parent = Crew::kNoProcess;
  }
}

// The process whose turn it was has died of something that no operation announced: the next one goes on.
bool MayTakeTurnOfDead() {
  Crew& crew = TheirCrew();
  const std::uint32_t running = crew.running_process;
  if (running == state.process || !IsDead(crew.processes[running].real_pid, 0)) return false;
  if (running != crew.running_process) return false;
  const bool is_over = crew.position == state.count;
  if (!is_over && state.arrivals[crew.position].thread != this_carrier) return false;
  if (is_over && state.process != kRootProcess) return false;
  std::uint32_t expected = running;
  if (!crew.running_process.compare_exchange_strong(expected, state.process)) return false;
  NoteEnd(running);
  if (is_over) Finish(Following::kFollowed);
  return true;
}

// Nobody outlives the first process, nor that its server.
void CheckOthers() {
  const bool is_orphan = state.process == kRootProcess ? SystemCall(SYS_getppid) != state.server
                                                       : IsDead(state.root, 0) && !TheirCrew().is_over;
  if (is_orphan) SystemCall(SYS_exit_group, 0);
}

void AwaitWake(std::uint32_t carrier) {
  Crew& crew = TheirCrew();
  std::atomic<std::uint32_t>& turn = crew.carriers[carrier].turn;
  while (turn.exchange(0, std::memory_order_acquire) == 0) {
    const timespec patience = {0, kPatienceNanoseconds};
    SystemCall(SYS_futex, &turn, FUTEX_WAIT, 0, &patience);
    if (!crew.has_processes || turn.load() != 0) continue;
    CheckOthers();
    if (MayTakeTurnOfDead()) break;
  }
  if (crew.is_over) EndWithRun();
  if (!crew.has_processes) return;
  crew.running_process = state.process;
  if (crew.ending_process == Crew::kNoProcess) return;
  // Its descriptors are closed when it is dead.
  IsDead(crew.processes[crew.ending_process].real_pid, -1);
  crew.ending_process = Crew::kNoProcess;
}

[[noreturn]] void Diverge(OperationKind actual) {
  Progress& progress = *state.progress;
  const Arrival& due = state.arrivals[TheirCrew().position];
  progress.expected_thread = due.thread;
  progress.expected = due.kind;
  progress.actual_thread = this_carrier;
  progress.actual = actual;
  Finish(Following::kDiverged);
}

// The calling thread has the turn, and comes to `kind`.
const Arrival& Take(OperationKind kind) {
  Crew& crew = TheirCrew();
  const Arrival& arrival = state.arrivals[crew.position];
  if (arrival.kind != kind) Diverge(kind);
  state.progress->position = ++crew.position;
  crew.now = arrival.now;
  if (state.observer != nullptr) state.observer->on_arrival(crew.position, arrival);
  if (arrival.outcome == Arrival::kFault) Finish(Following::kUnsupported);
  return arrival;
}

// The calling thread begins to be the program's, and waits for its first turn.
void Begin(std::uint32_t number, OperationKind kind) {
  this_carrier = number;
  if (state.observer != nullptr) state.observer->on_thread();
  Crew& crew = TheirCrew();
  crew.ready.fetch_add(1);
  // The first has the turn from the start.
  if (number != 0) AwaitWake(number);
  if (crew.position == state.count) Finish(Following::kFollowed);
  if (state.arrivals[crew.position].thread != number) Diverge(kind);
  Take(kind);
}

std::uint32_t NextNumber(std::uint32_t process) {
  Crew& crew = TheirCrew();
  if (crew.carrier_count == Crew::kCarriersMax) Finish(Following::kUnsupported);
  crew.carriers[crew.carrier_count].process = process;
  return crew.carrier_count++;
}

// Threads that never had a turn are still on their way into the sanitizer, which they may hold locks of.
void AwaitReady() {
  Crew& crew = TheirCrew();
  while (crew.ready.load() < crew.carrier_count) SystemCall(SYS_sched_yield);
}

bool OthersLive(std::uint32_t process, std::uint32_t but) {
  const Crew& crew = TheirCrew();
  for (std::uint32_t i = 0; i < crew.carrier_count; ++i) {
    if (crew.carriers[i].process == process && i != but && !crew.carriers[i].is_gone) return true;
  }
  return false;
}

// Lets every other process end; one that does not is ended.
void EndOtherProcesses() {
  Crew& crew = TheirCrew();
  crew.is_over = true;
  for (std::uint32_t index = 0; index < crew.process_count; ++index) {
    Crew::Process& process = crew.processes[index];
    const bool is_there =
        process.state == Crew::Process::State::kRunning || (index == kRootProcess && process.real_pid != 0);
    if (!is_there || index == state.process) continue;
    for (std::uint32_t i = 0; i < crew.carrier_count; ++i) {
      if (crew.carriers[i].process == index) Wake(i);
    }
    // Who watches it may look at it for as long as he likes.
    if (IsDead(process.real_pid, state.observer != nullptr ? -1 : kMillisecondsToEnd)) continue;
    SystemCall(SYS_kill, process.real_pid, SIGKILL);
    IsDead(process.real_pid, -1);
  }
}

void KillOtherProcesses() {
  Crew& crew = TheirCrew();
  crew.is_over = true;
  for (std::uint32_t index = 0; index < crew.process_count; ++index) {
    const Crew::Process& process = crew.processes[index];
    if (index == state.process || process.real_pid == 0 || process.state == Crew::Process::State::kReaped) continue;
    SystemCall(SYS_kill, process.real_pid, SIGKILL);
  }
}

// Says for good how this process's sanitizer is to be taken.
void JudgeThisProcess() {
  Crew::Process& process = TheirCrew().processes[state.process];
  if (!process.is_unwatched) process.is_tampered = !CanaryIsReported();
}

bool IsTampered() {
  const Crew& crew = TheirCrew();
  for (std::uint32_t i = 0; i < crew.process_count; ++i) {
    if (crew.processes[i].is_tampered) return true;
  }
  return false;
}

// The first process of several is at its end, and the others go on: it stays, without what it had opened, until the
// run is over.
[[noreturn]] void EndRootProcess() {
  Crew& crew = TheirCrew();
  JudgeThisProcess();
  if (!crew.processes[kRootProcess].is_tampered && state.has_ended && !OthersLive(kRootProcess, 0)) ExamineWhatIsLeft();
  CloseScheduled();
  NoteEnd(kRootProcess);
  this_carrier = kNobody;
  GiveTurn();
  is_leaving = true;
  while (!crew.is_over) {
    const timespec patience = {0, kPatienceNanoseconds};
    SystemCall(SYS_futex, &crew.carriers[0].turn, FUTEX_WAIT, 0, &patience);
    if (crew.is_over) break;
    CheckOthers();
    MayTakeTurnOfDead();
  }
  TellEnd();
  for (;;) SystemCall(SYS_exit_group, 0);
}

}  // namespace

void BeginFollowing(const Arrival* arrivals, std::uint32_t count, std::uint64_t seed, Progress* progress) {
  state.arrivals = arrivals;
  state.count = count;
  state.progress = progress;
  state.server = static_cast<std::int32_t>(SystemCall(SYS_getppid));
  state.root = RealPid();
  Crew& crew = progress->crew;
  crew.entropy.Seed(seed);
  crew.process_count = 1;
  crew.processes[kRootProcess].real_pid = state.root;
  if (arrivals == nullptr) return;
  const std::uint32_t number = NewCarrier();
  state.unjoined = 0;
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
std::uint32_t CarrierCount() { return TheirCrew().carrier_count; }
std::uint32_t LiveCarriers() { return TheirCrew().carrier_count - TheirCrew().gone; }
std::uint32_t ThisProcess() { return state.process; }
bool IsChildProcess() { return state.process != kRootProcess; }
bool IsFreeChild() { return state.arrivals == nullptr && RealPid() != state.root; }

bool OtherProcessesRun() {
  const Crew& crew = TheirCrew();
  for (std::uint32_t i = 0; i < crew.process_count; ++i) {
    if (i != state.process && crew.processes[i].state == Crew::Process::State::kRunning) return true;
  }
  return false;
}

void GiveTurn() {
  Crew& crew = TheirCrew();
  if (crew.position == state.count) Finish(Following::kFollowed);
  const std::uint32_t next = state.arrivals[crew.position].thread;
  // A thread that was never created does not come.
  if (next >= crew.carrier_count) Diverge(OperationKind::kNone);
  if (crew.has_processes) crew.running_process = crew.carriers[next].process;
  Wake(next);
}

const Arrival& AwaitTurn(OperationKind kind) {
  AwaitWake(this_carrier);
  return Take(kind);
}

const Arrival& Arrive(OperationKind kind) {
  Crew& crew = TheirCrew();
  if (crew.position == state.count) Finish(Following::kFollowed);
  if (state.arrivals[crew.position].thread == this_carrier) return Take(kind);
  GiveTurn();
  return AwaitTurn(kind);
}

void Leave() {
  if (!IsFollowingOrSuspended()) return;
  if (!OthersLive(state.process, this_carrier)) {
    if (IsChildProcess()) EndChildProcess(0);
    if (OtherProcessesRun()) EndRootProcess();
  }
  Crew& crew = TheirCrew();
  crew.carriers[this_carrier].is_gone = true;
  ++crew.gone;
  this_carrier = kNobody;
  GiveTurn();
}

OperationKind NextOwnKind() {
  for (std::uint32_t i = TheirCrew().position; i < state.count; ++i) {
    if (state.arrivals[i].thread == this_carrier) return state.arrivals[i].kind;
  }
  return OperationKind::kNone;
}

std::uint32_t NewCarrier() {
  const std::uint32_t number = NextNumber(state.process);
  state.threads[state.thread_count++] = number;
  ++state.unjoined;
  return number;
}

void BecomeCarrier(std::uint32_t number) { Begin(number, OperationKind::kThreadStart); }

std::uint32_t NewProcess() {
  Crew& crew = TheirCrew();
  if (crew.process_count == Crew::kProcessesMax) Refuse("more than 255 children");
  if (!crew.has_processes) {
    // Orphans come to the first process, and are not mistaken for others.
    if (!IsChildProcess()) SystemCall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    crew.running_process = state.process;
    crew.has_processes = true;
  }
  AwaitReady();
  const std::uint32_t index = crew.process_count;
  const std::uint32_t number = NextNumber(index);
  crew.processes[index] = {};
  crew.processes[index].first_carrier = number;
  crew.processes[index].parent = state.process;
  crew.processes[index].is_unwatched = crew.processes[state.process].is_unwatched;
  crew.process_count = index + 1;
  return number;
}

void BecomeProcess(std::uint32_t first_carrier) {
  Crew& crew = TheirCrew();
  for (std::uint32_t i = 0; i < state.thread_count; ++i) {
    if (state.threads[i] == this_carrier) state.threads[i] = first_carrier;
  }
  state.process = crew.carriers[first_carrier].process;
  Crew::Process& process = crew.processes[state.process];
  process.real_pid = RealPid();
  if (!GoOnInChild(state.unjoined > 0 || process.is_unwatched)) process.is_unwatched = true;
  state.unjoined = 0;
  state.has_ended = false;
  ForgetClockReads();
  Begin(first_carrier, OperationKind::kProcessStart);
}

void NoteProcess(std::uint32_t first_carrier, std::int32_t real_pid) {
  Crew& crew = TheirCrew();
  crew.processes[crew.carriers[first_carrier].process].real_pid = real_pid;
}

void EndChildProcess(int status) {
  JudgeThisProcess();
  Crew& crew = TheirCrew();
  NoteEnd(state.process);
  crew.ending_process = state.process;
  this_carrier = kNobody;
  GiveTurn();
  for (;;) SystemCall(SYS_exit_group, status);
}

void NoteHelper() {
  Crew& crew = TheirCrew();
  crew.carriers[crew.carrier_count - 1].is_gone = true;
  ++crew.gone;
}
void NoteJoined() {
  if (state.unjoined > 0) --state.unjoined;
}
std::uint32_t NumberOf(std::uint32_t thread) { return thread < state.thread_count ? state.threads[thread] : thread; }
void MarkEndOfProgram() { state.has_ended = true; }
void NoteFence() { state.progress->has_fences = true; }
void NoteMade(const char* path) { state.progress->made.Add(path); }
void NoteFiber() {
  if (IsRun()) state.progress->has_fibers = true;
}

void FinishProgram(Following following) {
  if (TheirCrew().position < state.count && OtherProcessesRun()) EndRootProcess();
  GiveTurn();
  Finish(following);
}

void Finish(Following following) {
  TheirCrew().following = static_cast<std::uint8_t>(following);
  TellEnd();
  const bool is_controlled = state.arrivals != nullptr;
  this_carrier = kNobody;
  Progress& progress = *state.progress;
  Crew& crew = progress.crew;
  if (following == Following::kUnsupported && progress.expected == OperationKind::kNone && crew.position > 0 &&
      is_controlled) {
    const Arrival& last = state.arrivals[crew.position - 1];
    progress.expected_thread = last.thread;
    progress.expected = last.kind;
  }
  if (crew.processes[state.process].state == Crew::Process::State::kRunning) JudgeThisProcess();
  if (crew.has_processes) EndOtherProcesses();
  const bool is_sound = !IsTampered();
  progress.following = is_sound ? following : Following::kTampered;
  const bool is_last = state.process == kRootProcess && !OthersLive(kRootProcess, 0);
  if (is_sound && state.has_ended && is_last) ExamineWhatIsLeft();
  for (;;) SystemCall(SYS_exit_group, 0);
}

void Refuse(const char* what) {
  state.progress->refused = what;
  Finish(Following::kUnsupported);
}

void FinishAsReported() {
  state.progress->following = Following::kReported;
  if (TheirCrew().has_processes) KillOtherProcesses();
  for (;;) SystemCall(SYS_exit_group, 0);
}

Crew& TheCrew() { return TheirCrew(); }
std::int64_t& Now() { return TheirCrew().now; }
Random& Entropy() { return TheirCrew().entropy; }

}  // namespace racecourse
