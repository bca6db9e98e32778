#include "framework/execution/thread_exit.h"

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/mutex_kind.h"
#include "framework/execution/names.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/wait.h"

namespace racecourse {

void BeginAnew(Thread& thread) {
  thread.is_detached = false;
  thread.name[0] = '\0';
  thread.result = nullptr;
  thread.known_in_use = ~std::uintptr_t{0};
  thread.locks_held = 0;
  thread.held_count = 0;
  thread.joiner = kNoThread;
  thread.waits_for = nullptr;
  thread.waits_for_thread = kNoThread;
  thread.waits_for_child = 0;
  thread.deadline = kNever;
  thread.last_woken_by = nullptr;
  thread.last_woken_at = 0;
  thread.slept_again = false;
  thread.has_release_fence = false;
  thread.has_acquire_pending = false;
  thread.fruitless_operations = 0;
  for (auto& read : thread.recent_reads) read = 0;
  thread.rounds_left = 0;
  thread.clock_reads = 0;
  thread.next_failure = FindingKind::kAssertion;
  thread.fiber = nullptr;
  thread.awaited_signals = 0;
  thread.signal_delay = kUndecided;
  thread.handler_depth = 0;
  thread.unsafe_call = nullptr;
  thread.interrupted_call = nullptr;
  thread.interruptible = Interruptibility::kNone;
  thread.awaits_signal = false;
  thread.cancel_requested = false;
  thread.cancel_disabled = false;
  thread.is_ending = false;
  thread.cleanup_buffer = nullptr;
  thread.exit_handlers = nullptr;
  if (thread.has_key_values) {
    for (void*& value : thread.key_values) value = nullptr;
    thread.has_key_values = false;
  }
}

Thread& NewThread(ThreadSlot slot, ThreadSlot creator) {
  Execution& execution = TheExecution();
  Thread& thread = execution.threads[slot];
  ThreadClock& clock = thread.accessor.clock;
  const Clock own = clock.entries[slot] > execution.clock_base ? clock.entries[slot] : execution.clock_base;
  if (creator != kNoThread) {
    const ThreadClock& known = execution.threads[creator].accessor.clock;
    for (ThreadSlot i = 0; i < execution.slots_in_use; ++i) clock.entries[i] = known.entries[i];
  }
  clock.entries[slot] = own + 1;
  thread.accessor.slot = slot;
  thread.accessor.UpdateEpoch();
  BeginAnew(thread);
  thread.id = execution.next_thread_id++;
  thread.created_by = creator;
  thread.process = execution.this_process;
  thread.created_at_step = execution.step_count;
  thread.wake_reason = WakeReason::kGranted;
  thread.waits_since = 0;
  thread.last_own_step = 0;
  thread.release_fence = SyncClock();
  thread.acquire_pending = SyncClock();
  thread.signals = nullptr;
  thread.signal_mask = creator != kNoThread ? execution.threads[creator].signal_mask : 0;
  thread.last_handled = 0;
  thread.scheduling = creator != kNoThread ? execution.threads[creator].scheduling : SchedulingRequest();
  return thread;
}

void LeaveRobustMutexes(Execution& execution, Thread& self) {
  const auto leave = [&](SyncObject& object) {
    if (object.generation != execution.generation || object.kind != ObjectKind::kMutex) return;
    if (IsInSharedMapping(object.address) && !HasMapped(object.address)) return;
    if (object.owner != self.accessor.slot || !IsRobust(reinterpret_cast<pthread_mutex_t*>(object.address))) return;
    Release(self, &object.clock);
    --self.locks_held;
    object.recovery = Recovery::kOwnerDied;
    object.owner = kNoThread;
    object.count = 0;
    execution.enabled.AddAll(object.waiting);
  };
  // Another process's own memory is out of sight, and nobody else can reach it.
  if (self.process == execution.this_process) {
    for (std::uint32_t id = 1; id <= execution.shadow.ObjectCount(); ++id) leave(execution.shadow.ObjectById(id));
  }
  for (std::uint32_t i = 0; i < execution.shadow.SharedObjectCount(); ++i) leave(execution.shadow.SharedObjectAt(i));
}

void RunThreadExitHandlers(Thread& thread) {
  while (thread.exit_handlers != nullptr) {
    const ThreadExitHandler handler = *thread.exit_handlers;
    thread.exit_handlers = handler.next;
    handler.destroy(handler.object);
  }
}

void FinishThread() {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  self.cancel_disabled = true;
  RunThreadExitHandlers(self);
  // POSIX: destructors of keys may set values again; PTHREAD_DESTRUCTOR_ITERATIONS rounds are enough.
  for (int round = 0; round < 4 && self.has_key_values; ++round) {
    self.has_key_values = false;
    for (std::uint32_t key = 0; key < Thread::kMaxKeys; ++key) {
      void* value = self.key_values[key];
      if (value == nullptr) continue;
      self.key_values[key] = nullptr;
      if (execution.keys[key].in_use && execution.keys[key].destroy != nullptr) execution.keys[key].destroy(value);
    }
  }
  self.is_ending = true;
  if (__builtin_expect(execution.has_interruptions, 0)) ForwardSignals(self);
  if (__builtin_expect(self.locks_held > 0, 0)) LeaveRobustMutexes(execution, self);
  PerformedOnThread(OperationKind::kThreadExit, self);
  NoteChange();
  if (self.joiner != kNoThread) Grant(self.joiner);
  // The last thread's end is that of the process. Source: POSIX, pthread_exit.
  if (execution.live_threads == 1 && execution.is_whole_program) ReturnFromProgram(0);
  LeaveThread();
}

namespace {

// The body of a test is over.
void EndBody() {
  Execution& execution = TheExecution();
  if (!IsRootProcess()) {
    FindingBuilder builder(FindingKind::kMisuse);
    WriteThreadName(builder.Message(), *execution.current);
    builder.Message()
        << " returns from the test's body: it would go on with what only its parent is to do. A child ends "
           "with _exit.";
    char unused[1];
    Text role(unused);
    if (builder.AddStackOfStep(FindStep(ProcessAt(ThisProcess()).created_at), &role)) role << "started here";
    builder.Report();
  }
  if (execution.has_processes) {
    AwaitOtherProcesses();
    CheckCrashes();
    CheckLeftBehind();
  }
}

}  // namespace

void EndWholeProgram(bool has_returned) {
  Execution& execution = TheExecution();
  // Whatever other threads may still do before the process is gone, they may do now.
  Arrive(OperationKind::kThreadExit, 0);
  if (__builtin_expect(execution.expected_output.IsCollected(), 0)) execution.expected_output.Judge();
  PerformedOnThread(OperationKind::kThreadExit, *execution.current);
  execution.has_returned = has_returned;
  EndRootProcess();
}

}  // namespace racecourse

extern "C" void racecourse_thread_main() {
  using namespace racecourse;
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  PerformedOnThread(OperationKind::kThreadStart, self);
  execution.access_budget = execution.access_budget_full;
  execution.slice_left = kTimeSliceAccesses;
  if (self.accessor.slot == 0) {
    execution.body(execution.body_argument);
    EndBody();
  } else {
    // The thread may have forked: then its copy in the child returns here as well.
    void* const result = self.start(self.argument);
    execution.current->result = result;
  }
  FinishThread();
}
