// What comes to a thread from outside the program's text: signals, and the request to end (cancellation). Both reach it
// in the middle of its own code, or end a wait. The moment is a choice: a signal that was sent is pending until the
// scheduler, at some scheduling point of the thread, lets it in. Source: POSIX.1-2017, 2.4 (signals) and 2.9.5
// (cancellation).
//
// Nothing here costs anything in an execution that has none, and no handler: Execution::has_interruptions is false
// then.
#ifndef RACECOURSE_EXECUTION_INTERRUPTION_H_
#define RACECOURSE_EXECUTION_INTERRUPTION_H_

#include <signal.h>

#include "framework/core/text.h"
#include "framework/execution/scheduler.h"

namespace racecourse {

// A signal that was sent and not delivered yet.
struct PendingSignal {
  siginfo_t info;
  SyncClock clock;      // of the sender
  bool is_for_process;  // whichever thread may take it
  PendingSignal* next;
};

constexpr int kSignalsMax = 64;
inline std::uint64_t SignalBit(int signal) { return std::uint64_t{1} << (signal - 1); }
std::uint64_t MaskOf(const sigset_t& set);
void SetFromMask(std::uint64_t mask, sigset_t* set);
// "SIGINT", …
void WriteSignalName(Text& text, int signal);

// From here on this execution has signals or cancellations.
void ExpectInterruptions();

// Sends a signal; `clock` is what its receiver learns. To the current thread it is delivered before this returns.
void SendToThread(Thread& thread, const siginfo_t& info, const SyncClock& clock);
void SendToProcess(ProcessIndex process, const siginfo_t& info, const SyncClock& clock);
// As the kernel does: a zombie takes it and does not mind, a signal of number 0 only asks, and who would end by it, and
// is neither the current process nor the first, has ended when this returns.
void SignalProcess(ProcessIndex process, const siginfo_t& info, const SyncClock& clock);
// True if the signal ends the process as soon as it is sent.
bool WouldEnd(ProcessIndex process, int signal);

// Those of `set` that are pending for the thread.
std::uint64_t PendingFor(const Thread& thread);
// Takes one of the pending signals of `set` away, null if there is none.
PendingSignal* TakeSignal(Thread& thread, std::uint64_t set);

// The signal of this timer that is pending, null if none is.
PendingSignal* FindTimerSignal(int timer);
// Sending it has no effect on a thread that does not block it.
bool IsIgnored(const Process& process, int signal);

// Delivers what is pending for the current thread and not blocked: its handlers run. Returns how many ran;
// *restarts becomes false if one was installed without SA_RESTART.
unsigned RunHandlers(bool* restarts);

// Threads that wait, and that a signal or a cancellation could wake now.
ThreadSet Interruptible(const Execution& execution);

// The current thread began to wait. Returns true if it goes on because it was interrupted: the caller takes it out of
// what it waited for and calls HandleInterruption. `kind`, `object` as in Arrive.
bool ArriveInterruptibly(OperationKind kind, std::uint64_t object, bool is_cancellation_point);

// Ends the thread if it is to be cancelled; otherwise runs handlers. Returns true if the interrupted call is to fail
// with EINTR, false if it is to be taken up again. `may_restart`: SA_RESTART holds for the call. Source: POSIX.1-2017,
// sigaction; signal(7), which has the list of calls.
bool HandleInterruption(bool is_cancellation_point, bool may_restart = true);

// Program code runs, and the current thread is to end at its next cancellation point.
bool IsCancelled();
[[noreturn]] void ActOnCancellation();
// A cancellation point: the functions of POSIX.1-2017, 2.9.5.2 begin with one, whether or not they will wait.
inline void TestCancel() {
  if (__builtin_expect(TheExecution().has_interruptions, 0) && IsCancelled()) ActOnCancellation();
}

// The current thread enters a function that is not async-signal-safe: a signal may come in the middle of it, and a
// handler that came in the middle of another such function must not call it. Source: POSIX.1-2017, 2.4.3.
void EnterUnsafeCall(const char* function);
inline void EnterUnsafe(const char* function) {
  if (__builtin_expect(TheExecution().has_interruptions, 0)) EnterUnsafeCall(function);
}

// The same for one that goes on in libc, where nothing may interrupt it: a scheduling point before it begins. Whoever
// calls this puts back Thread::unsafe_call, which it returns, afterwards.
const char* BeginLibraryCall(const char* function);

// What the ending thread leaves goes to others.
void ForwardSignals(Thread& thread);

// Unwinds the current thread's stack, running destructors and cleanup handlers, then ends it with this result.
[[noreturn]] void UnwindThread(void* result);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_INTERRUPTION_H_
