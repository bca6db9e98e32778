// When nobody can move and a notification may be to blame: would a thread that waits for one go on if it looked at its
// condition again? It is woken for no reason, as C++ allows at any time, and followed until it sleeps again or does
// anything else than looking. Then everything that a report shows is put back as it was.
//
// Who finds its condition false again was not left asleep by mistake: what it waits for never happened, whatever was
// notified before. So a lost wake-up and a plain deadlock are told apart by the program's own condition. Only
// executions that have failed already pay for it. Program code only; executions with one process.
#ifndef RACECOURSE_EXECUTION_SECOND_LOOK_H_
#define RACECOURSE_EXECUTION_SECOND_LOOK_H_

#include "framework/core/finding.h"
#include "framework/core/operation.h"
#include "framework/core/thread_set.h"
#include "framework/core/types.h"

namespace racecourse {

struct Execution;
struct SyncObject;

struct SecondLook {
  bool is_on = false;
  ThreadSet have_looked;
  ThreadSet found_false;  // those of them whose condition does not hold

  // What is put back, of the execution and of the thread that looks.
  std::uint32_t step_count = 0;
  std::uint64_t event_hash = 0;
  std::uint32_t step_record_count = 0;
  ThreadSlot looker = kNoThread;
  SyncObject* object = nullptr;
  Step waits_since = 0;
  Stack stack;
  PendingOperation pending = {};
  std::uint32_t arrivals = 0;

  void BeginExecution() {
    is_on = false;
    have_looked.Clear();
    found_false.Clear();
  }
};

// `slot`, which waits for a notification, looks again: it is the next to run.
void BeginLook(Execution& execution, ThreadSlot slot);
// It waits again, or goes on: puts it back to sleep.
void EndLook(Execution& execution);
// It does something else than to look: that nobody moved is reported.
[[noreturn]] void LeaveLook(Execution& execution);
// Whoever looks has arrived at a scheduling point. Does not return if that is more than looking.
void JudgeArrival(Execution& execution);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SECOND_LOOK_H_
