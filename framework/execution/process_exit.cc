#include "framework/execution/process_exit.h"

#include <stdio.h>

#include "framework/execution/execution.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/processes.h"
#include "framework/execution/settings.h"
#include "framework/execution/thread_exit.h"
#include "framework/execution/wait.h"

// Functions marked __attribute__((destructor)); the linker gives the bounds. The first is the C runtime's own.
extern "C" __attribute__((visibility("hidden"), weak)) void (*__fini_array_start[])();
extern "C" __attribute__((visibility("hidden"), weak)) void (*__fini_array_end[])();

namespace racecourse {
namespace {

// Only one thread ends the process. Another that tries waits for ever, as in glibc from 2.41 on; in the C standard it
// is undefined.
void BecomeTheOneThatExits() {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  while (execution.exiting_thread != kNoThread && execution.exiting_thread != self.accessor.slot) {
    BeginWait(nullptr, kNever, false);
    self.waits_for_thread = execution.exiting_thread;
    Arrive(OperationKind::kThreadExit, 0);
  }
  execution.exiting_thread = self.accessor.slot;
}

void Run(ExitHandler** handlers) {
  while (*handlers != nullptr) {
    const ExitHandler handler = **handlers;
    *handlers = handler.next;
    handler.run(handler.argument);
  }
}

void RunDestructorFunctions() {
  if (__fini_array_end - __fini_array_start <= 1) return;
  for (auto* next = __fini_array_end; next-- > __fini_array_start;) (*next)();
}

// Success in one schedule and failure in another: the program itself says that one of the two is wrong.
void JudgeExitStatus(int status) {
  SharedState& shared = Shared();
  const int expected = TheSettings().expected_status;
  if (expected >= 0) {
    if (status == expected) return;
    FindingBuilder builder(FindingKind::kOutput);
    builder.Message() << "The program ends with exit status " << status << ", and should end with " << expected << '.';
    builder.AddStackOf(*TheExecution().current) << "the end of the program";
    builder.Report();
  }
  if (!shared.has_exit_status) {
    shared.has_exit_status = true;
    shared.exit_status = status;
  }
  if ((status == 0) == (shared.exit_status == 0) || TheSettings().ignores_exit_status) return;
  FindingBuilder builder(FindingKind::kOutput);
  builder.Message() << "The program ends with exit status " << status << " under this schedule, and with "
                    << shared.exit_status << " when no thread is interrupted: it says itself that it "
                    << (status == 0 ? "succeeds" : "fails") << " only where the schedule decides so.";
  builder.AddStackOf(*TheExecution().current) << "the end of the program";
  builder.Report();
}

// Runs everything.
[[noreturn]] void End(int status, bool has_returned) {
  Execution& execution = TheExecution();
  BecomeTheOneThatExits();
  // Others may still do something before the first destructor runs.
  if (execution.exit_handlers.normal != nullptr) Arrive(OperationKind::kThreadExit, 0);
  RunThreadExitHandlers(*execution.current);
  const std::uint64_t blocks = execution.scenario_heap.LiveBlocks();
  Run(&execution.exit_handlers.normal);
  RunDestructorFunctions();
  // What only a destroyed container led to is not lost: the process ends with it.
  has_returned &= execution.scenario_heap.LiveBlocks() >= blocks;
  if (!IsRootProcess()) {
    fflush(nullptr);  // a pipe may stand behind it
    EndProcessAtOnce(status);
  }
  // Where the output is shown, what still waits in buffers belongs to it. Elsewhere nobody sees it.
  if (Shared().order.shows_output) fflush(nullptr);
  // Threads that the end stops may hold the lock of a stream; glibc's own exit does not ask for it either.
  if (execution.expected_output.IsCollected()) fflush_unlocked(stdout);
  JudgeExitStatus(status & 0xff);
  EndWholeProgram(has_returned);
}

}  // namespace

void AddExitHandler(void (*run)(void*), void* argument, bool is_quick) {
  Execution& execution = TheExecution();
  void* const memory = execution.current != nullptr
                           ? execution.arena.Allocate(sizeof(ExitHandler))
                           : execution.setup_heap.Allocate(sizeof(ExitHandler), 16, BlockOrigin());
  ExitHandler*& first = is_quick ? execution.exit_handlers.quick : execution.exit_handlers.normal;
  auto* handler = static_cast<ExitHandler*>(memory);
  *handler = {run, argument, first};
  first = handler;
}

void KeepExitHandlers() { TheExecution().exit_handlers_at_start = TheExecution().exit_handlers; }

void ResetExitHandlers() {
  Execution& execution = TheExecution();
  execution.exit_handlers = execution.exit_handlers_at_start;
  execution.exiting_thread = kNoThread;
}

void ExitProcess(int status) { End(status, false); }

void ReturnFromProgram(int status) { End(status, true); }

void QuickExitProcess(int status) {
  BecomeTheOneThatExits();
  Run(&TheExecution().exit_handlers.quick);
  EndProcessAtOnce(status);
}

void EndProcessAtOnce(int status) {
  if (!IsRootProcess()) {
    Arrive(OperationKind::kProcessEnd, 0);
    EndThisProcess((status & 0xff) << 8);
  }
  JudgeExitStatus(status & 0xff);
  EndWholeProgram(false);
}

}  // namespace racecourse
