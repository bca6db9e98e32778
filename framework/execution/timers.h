// Timers of the program: alarm, setitimer, timer_create, timerfd. Those that something must be done for when their time
// comes are served by a thread of the engine's own in the process that armed them, which sleeps until the earliest
// deadline. So an armed timer is somebody who waits for time, like any thread that sleeps: time passes to its deadline
// when nobody else can move, and its expiry before that is a choice. Source: POSIX.1-2017, timer_create, setitimer,
// fork; timerfd_create(2).
//
// Nothing here costs anything in an execution that arms no timer: there is no server then.
#ifndef RACECOURSE_EXECUTION_TIMERS_H_
#define RACECOURSE_EXECUTION_TIMERS_H_

#include <signal.h>
#include <time.h>

#include "framework/core/thread_set.h"
#include "framework/core/types.h"
#include "framework/core/vector_clock.h"
#include "framework/execution/thread.h"
#include "framework/model/open_file.h"
#include "framework/model/process.h"

namespace racecourse {

struct Execution;

// What happens when a timer's time comes.
enum class Notice : std::uint8_t { kFree, kNothing, kSignal, kSignalToThread, kThread, kDescriptor };

struct Timer {
  Notice notice = Notice::kFree;  // kFree: there is no such timer
  bool is_alarm = false;          // that of alarm and setitimer
  // Whose it is: the one that made it; for a timerfd, which fork hands on, the one that armed it last.
  ProcessIndex process = kRootProcess;
  clockid_t clock = CLOCK_REALTIME;
  VirtualTime deadline = kNever;  // kNever: disarmed
  VirtualTime interval = 0;       // 0: one shot
  siginfo_t info = {};
  std::uint32_t receiver = 0;  // the id of the thread that gets the signal
  void (*function)(sigval) = nullptr;
  const OpenFile* file = nullptr;
  SyncClock armed_by;         // what the thread that armed it knew
  std::uint32_t overrun = 0;  // expiries that the last signal stood for, beside its own
};

struct Timers {
  static constexpr std::uint32_t kMax = 64;
  static constexpr std::uint32_t kEarlyExpiriesMax = 4;

  Timer entries[kMax];
  std::uint32_t count = 0;  // all used entries are below; the first one is not given away, so that no handle is null
  ThreadSet servers;        // the threads that serve them: one in each process that armed one
  std::uint32_t early_left = 0;  // expiries this execution may still have while others could move
  void BeginExecution() {
    count = 0;
    servers.Clear();
    early_left = kEarlyExpiriesMax;
  }
};

// A new timer of this process, disarmed. Its number, or Timers::kMax if there are too many.
std::uint32_t NewTimer(Notice notice, clockid_t clock);
// The current thread arms it (or disarms it: kNever).
void ArmTimer(Timer& timer, VirtualTime deadline, VirtualTime interval);
void DeleteTimer(Timer& timer);
// The timer that makes `file` readable, null if none does.
Timer* TimerOf(const OpenFile& file);
// Brings one that nobody is told of up to the present.
void AdvanceSilentTimer(Timer& timer);
// A signal that came from a timer reaches the program.
void NoteTimerSignal(const siginfo_t& info);
// The process ends, and all timers of its own with it.
void DeleteTimersOf(ProcessIndex process);
// It has closed its descriptors. A timerfd that it armed, and others still have, cannot expire any more: inconclusive.
void CheckTimersLeftBy(ProcessIndex process);

// Threads that the passing of time alone could move. A timer whose signal would end the process is left out while
// others can move, or their time comes first: it is there to end programs that hang.
ThreadSet WaitingForTime(const Execution& execution);
// The servers that may not be chosen while others can move.
ThreadSet ServersThatWait(const Execution& execution);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_TIMERS_H_
