// Threads of the operating system that carry a program's threads along an itinerary: one moves at a time, and the
// itinerary says which. The witness beside us, a sanitizer's own runtime, sees the program's operations, through
// its own interceptors, and nothing of ours: turns pass by futexes that it does not know.
//
// Threads may be those of several processes: who waits for its turn waits in memory that all share (crew.h).
//
//   Arrive(kind)   a scheduling point: returns when the calling thread goes on from it in the itinerary.
//
// A thread performs an operation only when the itinerary says that it was performed, so no lock is ever waited for.
// What differs from the itinerary ends the execution and is said: a thread that comes to another operation, one that
// does not come at all, an operation that cannot be followed.
#ifndef RACECOURSE_CARRIER_CARRIERS_H_
#define RACECOURSE_CARRIER_CARRIERS_H_

#include <cstdint>

#include "framework/carrier/crew.h"
#include "framework/carrier/made_files.h"
#include "framework/carrier/report_buffer.h"
#include "framework/core/itinerary.h"
#include "framework/core/random.h"

namespace racecourse {

enum class Following : std::uint8_t {
  kUnderWay,     // the process died, or was stopped because it stood still
  kFollowed,     // to the end of the itinerary
  kEnded,        // the program ended before the itinerary did
  kDiverged,     // a thread came to another operation
  kUnsupported,  // the itinerary has an operation that this executor does not know
  kTampered,     // the sanitizer does not report what is there for sure
  kReported,     // the sanitizer reported an error, after which nothing means anything
  kFree,         // there was no itinerary; the program ended
};

// What a process that follows an itinerary tells the one that started it, in memory that they share.
struct Progress {
  volatile Following following = Following::kUnderWay;
  volatile std::uint32_t position = 0;  // arrivals followed
  volatile std::uint32_t expected_thread = 0;
  volatile OperationKind expected = OperationKind::kNone;
  volatile std::uint32_t actual_thread = 0;
  volatile OperationKind actual = OperationKind::kNone;
  volatile bool has_fences = false;        // atomic_thread_fence, of which the sanitizer makes nothing
  volatile bool has_fibers = false;        // it was told of stacks, and numbers them among the threads
  const char* volatile refused = nullptr;  // what cannot be followed, where no operation says it
  ReportBuffer reports;
  MadeFiles made;
  Crew crew;
};

// Is told how the itinerary goes, by the thread that has the turn where nothing else is said, of the end by the first
// process. There is none unless somebody watches.
struct Observer {
  void (*on_thread)() = nullptr;  // by a thread that begins, before it waits for its first turn
  void (*on_arrival)(std::uint32_t position, const Arrival& arrival) = nullptr;  // `position` is of the one after it
  void (*on_end)(Following following) = nullptr;
};
void SetObserver(const Observer* observer);
bool IsObserved();

// Begins to follow: the calling thread is the program's first. `arrivals` may be nullptr: then nothing is controlled,
// and threads run as they like.
void BeginFollowing(const Arrival* arrivals, std::uint32_t count, std::uint64_t seed, Progress* progress);

// True in a process that runs the program once, along an itinerary or not.
bool IsRun();
// True if the calling thread is one of the program's, on its way along an itinerary.
bool IsFollowing();
// The same for a thread that works for the test framework just now.
bool IsFollowingOrSuspended();
void Suspend();
void Resume();

// The current thread's arrival in the itinerary. Threads: program code.
const Arrival& Arrive(OperationKind kind);
// Lets the next thread go on, before the calling one waits for something in the kernel; it then says AwaitTurn.
void GiveTurn();
const Arrival& AwaitTurn(OperationKind kind);
// The calling thread is gone; with the last one of a child its process ends.
void Leave();
// Before that: the robust mutexes that it still holds go to whoever takes them next, in the sanitizer's eyes too.
void GiveUpRobustMutexes();
// What the calling thread does next in the itinerary; kNone if nothing.
OperationKind NextOwnKind();

// A child process begins, and ends.
//
// Before fork: the number of its first thread.
std::uint32_t NewProcess();
// In the child, whose only thread is the calling one: returns when it is its turn.
void BecomeProcess(std::uint32_t first_carrier);
// In the parent.
void NoteProcess(std::uint32_t first_carrier, std::int32_t real_pid);
bool IsChildProcess();
[[noreturn]] void EndChildProcess(int status);
// In a process that came from fork in a run without control: nobody waits for what it says.
bool IsFreeChild();
// The process that the calling thread is in.
std::uint32_t ThisProcess();
// True if processes run besides this one.
bool OtherProcessesRun();

// For the threads to be: the number of the next one, and its beginning.
std::uint32_t NewCarrier();
void BecomeCarrier(std::uint32_t number);
// Starts a thread that nobody joins, as one more of them.
void StartCarrier(void* (*function)(void*), void* argument);
// The one that was started last works for us, and is none of the program's that live.
void NoteHelper();

// The program's first thread has returned from main, or from the test's body.
void MarkEndOfProgram();
// Notes for the record of the run.
void NoteFence();
void NoteFiber();
// The program is about to make a file of that name, which is not there yet.
void NoteMade(const char* path);

// Somebody waited for a thread's end.
void NoteJoined();
// The number of a thread that the sanitizer counts as `thread`, in this process.
std::uint32_t NumberOf(std::uint32_t thread);

// Ends the run, and every process of it. Threads: any.
[[noreturn]] void Finish(Following following);
// The same at once, where the sanitizer is in the midst of a report.
[[noreturn]] void FinishAsReported();

// The program ends here: so does the run, unless other processes go on.
[[noreturn]] void FinishProgram(Following following);
// Ends the run because of something that cannot be followed; `what` is a constant.
[[noreturn]] void Refuse(const char* what);

// What the processes share.
Crew& TheCrew();
// Virtual time; entropy as the engine deals it out.
std::int64_t& Now();
Random& Entropy();
// The calling thread is the first of a new process, and has not looked at the clock.
void ForgetClockReads();
// The number of the calling thread, and how many threads were given one.
std::uint32_t ThisCarrier();
std::uint32_t CarrierCount();
// How many of them have not ended.
std::uint32_t LiveCarriers();
// A new process has no timers. False if there are some that it would share with its parent.
bool ForgetTimers();
// What the operating system calls the threads; by the one that creates or joins, and by the first for itself.
void NoteThreadHandle(std::uint32_t number, std::uint32_t creator, unsigned long handle);
void NoteThreadJoined(unsigned long handle);

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_CARRIERS_H_
