// The beginning and the end of a thread's life.
#ifndef RACECOURSE_EXECUTION_THREAD_EXIT_H_
#define RACECOURSE_EXECUTION_THREAD_EXIT_H_

#include "framework/execution/thread.h"

namespace racecourse {

// Nothing is left of what the thread did or was asked for, as in a new one, or in one that goes on as the first of
// another program. What it knows, its mask and its pending signals stay.
void BeginAnew(Thread& thread);

// Puts the thread in `slot` into the state of a new one that `creator` (kNoThread: nobody) makes.
Thread& NewThread(ThreadSlot slot, ThreadSlot creator);

// Runs the destructors of the current thread's thread_local objects and key values, then ends it.
[[noreturn]] void FinishThread();

struct Execution;
// The robust mutexes of a thread that ends go to whoever asks next.
void LeaveRobustMutexes(Execution& execution, Thread& thread);

// The destructors of the thread's thread_local objects.
void RunThreadExitHandlers(Thread& thread);

// Nothing is left for a whole program to run: the process, and with it the execution, ends.
// `has_returned`: no call of exit cut it short, so what nobody can reach now is lost.
[[noreturn]] void EndWholeProgram(bool has_returned);

}  // namespace racecourse

// Called by racecourse_thread_entry on the new thread's stack.
extern "C" [[noreturn]] void racecourse_thread_main();

#endif  // RACECOURSE_EXECUTION_THREAD_EXIT_H_
