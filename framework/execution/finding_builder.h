// Turns what went wrong in the running execution into a Finding in shared memory and ends the explorer process: after a
// failure nothing of the program can be trusted any more, and the supervisor replays it from a fresh image anyway.
#ifndef RACECOURSE_EXECUTION_FINDING_BUILDER_H_
#define RACECOURSE_EXECUTION_FINDING_BUILDER_H_

#include "framework/core/text.h"
#include "framework/execution/execution.h"

namespace racecourse {

class FindingBuilder {
 public:
  explicit FindingBuilder(FindingKind kind);
  // The finding's text; sentences for the student.
  Text& Message() { return message_; }
  // Adds the stack the thread has at its pending operation (the current thread: where it is now).
  Text AddStackOf(const Thread& thread);
  // Adds the stack of an earlier step, if it is kept.
  bool AddStackOfStep(const StepRecord* record, Text* role);
  // Adds where the block of the scenario heap with this number was allocated, if it was recorded.
  void AddStackOfAllocation(std::uint32_t number);
  void SetHeapBlock(std::size_t size, std::uintptr_t address);
  // Adds a stack that was kept.
  Text AddStack(ThreadSlot thread, Step step, const Stack& kept);
  void SetObject(const char* name, std::uintptr_t address);
  [[noreturn]] void Report();

 private:
  FindingStack& NewStack(ThreadSlot thread, Step step);
  Finding& finding_;
  Text message_;
};

// What a blocked thread waits for: "mutex#1, held by T2".
void DescribeWait(Text& text, const Thread& thread);

// Nobody can move: a deadlock or a lost wake-up (or, if the scenario's body is over, its end).
[[noreturn]] void ReportStuck();
// Nobody can move. Returns the thread that is to look again at what it waits for (second_look.h), and reports once
// that is known.
ThreadSlot NextWhenStuck();
// Whatever is chosen, the program only comes back to one of `states` states: a livelock, proved.
[[noreturn]] void ReportNoProgress(std::uint32_t states);
// A livelock by bound: the execution goes on and on, while all others end soon.
[[noreturn]] void ReportEndless();
// `spinner` runs in a loop that only the passing of time can end.
[[noreturn]] void ReportBusyWait(ThreadSlot spinner, std::int64_t nanoseconds);
// No verdict on this execution: it is longer than we follow.
[[noreturn]] void ReportUncontrolled(const char* why);
// Called where the program touches what other explorers of the same program would see (files, locks, ports): no verdict
// if there are such at this time, and the grader is told to let one at a time run it.
void RefuseToShare(const char* why);
// `what` is misused by the current thread.
[[noreturn]] void ReportMisuse(const char* what, const SyncObject* object = nullptr);
// A call that would escape control.
[[noreturn]] void ReportEscape(const char* function);
// A data race or a use after free by an access of the current thread.
[[noreturn]] void ReportConflict(const Conflict& conflict, std::uintptr_t address, std::size_t size, bool is_write,
                                 bool is_atomic, std::uint64_t code);
// Any failure with its message at the current thread's stack.
[[noreturn]] void ReportAtCurrentThread(FindingKind kind, const char* message);

// Notes what the process was doing in shared memory and ends it.
[[noreturn]] void EndExplorer(ExplorerResult result);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_FINDING_BUILDER_H_
