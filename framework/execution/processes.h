// The processes of an execution. A program's fork is a real one: the child is a process of the kernel's with its own
// memory, descriptors and working directory, whose first thread is a thread of the execution like any other.
//
// The first part of the Execution is memory that all of them share (ShareExecution), so the scheduler is one. Only the
// process whose thread runs is awake; the others wait in AwaitTurn. What is behind Execution::private_begin each
// process has for itself, as fork left it: shadow of private memory, heap, image.
#ifndef RACECOURSE_EXECUTION_PROCESSES_H_
#define RACECOURSE_EXECUTION_PROCESSES_H_

#include "framework/core/process_ids.h"
#include "framework/core/text.h"
#include "framework/execution/execution.h"

namespace racecourse {

// The process that this code runs in.
inline ProcessIndex ThisProcess() { return TheExecution().this_process; }
inline Process& ProcessAt(ProcessIndex index) { return TheExecution().processes[index]; }
inline bool IsRootProcess() { return ThisProcess() == kRootProcess; }

// Begins the table anew: one process, with one thread.
void BeginProcesses();

// The size of what stands before Execution::private_begin.
std::size_t SharedSize();
// Before the first fork: the scheduler's state becomes memory that a child shares.
void ShareExecution();
// The process that begins with the thread `slot`.
ProcessIndex NewProcess(ThreadSlot slot);
// In the new child, right after fork: `index` is what it is. Returns when it is the turn of its thread.
void BecomeProcess(ProcessIndex index, ThreadSlot forked_by);

// Nobody can name it any more: its parent, or init, has waited for it.
inline bool IsGone(const Process& process) {
  return process.state == Process::State::kFree ||
         (process.state == Process::State::kEnded && process.parent == kNoProcess);
}
// The process with this number, as the program sees it, running or ended and not waited for; null if there is none.
Process* FindProcess(std::int32_t pid);

// Makes `index` the process that runs.
void PassTurn(ProcessIndex index);
// `next` is in another process: lets that go on. Returns when a thread of this process runs again, which then is
// Execution::current; null if the execution has ended.
void HandOverTo(Thread& next);

// The current thread, the last of its process or not, ends the process.
[[noreturn]] void EndThisProcess(int status);
// Another process ends, by a signal that the current thread sent.
void KillProcess(ProcessIndex index, int signal);
// A thread ends because its process does, or becomes another program.
void EndThreadWithProcess(Process& process, Thread& thread);
// A parent that waits in vfork goes on, and knows what is in the process's `end_clock`.
void ReleaseParent(Process& process);
// The children that the thread forked have another thread as parent, and get the signal that they asked for when that
// happens. Source: prctl(2), PR_SET_PDEATHSIG: the parent is the thread.
void LeaveChildrenOfThread(const Thread& thread);
// The current thread has left, and so has its process if there is no other thread in it.
[[noreturn]] void LeaveThreadOfProcess(Thread& self);
// The end of main, or exit, in the first process: the others go on.
[[noreturn]] void EndRootProcess();

// After an execution: nothing that it started is left.
void EndProcesses();

// The object that the thread waits for; null if it waits for none, or for one that only its own process can look at.
// It is one that all processes see.
bool IsSharedObject(const SyncObject* object);
const SyncObject* AwaitedObject(const Thread& thread);

// Threads that wait for a child to end: see waits_for_child.
bool IsAwaited(const Thread& waiter, const Process& child);
void WriteProcessName(Text& text, const Process& process);

// The test's body is over: whatever it started goes on until it ends or cannot go on.
void AwaitOtherProcesses();
// The test's body is over: whoever it started is to have ended, and everything it opened is to be closed.
void CheckLeftBehind();
// The current thread takes its process, a child, down with it. What killed it is a status for the parent, and a finding
// if nobody looks at that.
[[noreturn]] void CrashThisProcess(int signal, const char* how);
// Processes that crashed and nobody looked how they ended.
void CheckCrashes();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_PROCESSES_H_
