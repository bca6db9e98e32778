// A process of the execution: the one the scenario began in, or one that came from fork.
#ifndef RACECOURSE_MODEL_PROCESS_H_
#define RACECOURSE_MODEL_PROCESS_H_

#include <signal.h>

#include <cstdint>

#include "framework/core/finding.h"
#include "framework/core/types.h"
#include "framework/core/vector_clock.h"
#include "framework/model/open_file.h"

namespace racecourse {

// Its place in the table of processes; 0 is the one that the scenario begins in.
using ProcessIndex = std::uint16_t;
inline constexpr ProcessIndex kRootProcess = 0;
inline constexpr ProcessIndex kNoProcess = 0xffff;

// Which descriptors a process has that an execution opened.
struct DescriptorTable {
  static constexpr int kMax = 1024;
  Descriptor entries[kMax];
  int count = 0;  // all used entries are below
};

struct PendingSignal;

struct Process {
  enum class State : std::uint8_t {
    kFree,
    kRunning,
    kEnded,  // and nobody waited for it: a zombie, if its parent lives
  };

  State state = State::kFree;
  ProcessIndex parent = kNoProcess;  // kNoProcess: its parent is gone
  bool may_crash = false;            // at any of its operations: see faults.h
  int may_get_signal = 0;            // the same; 0: none
  bool status_was_seen = false;      // its parent looked at how it ended
  std::int32_t pid = 0;              // as the program sees it
  std::int32_t real_pid = 0;         // as the kernel does
  std::int32_t group = 0;            // the process group it is in, as the program sees it
  std::int32_t session = 0;          // the same
  int parent_death_signal = 0;       // what it gets when its parent ends; 0: nothing
  ThreadSlot forked_by = kNoThread;  // the thread of its parent whose end counts as that
  bool adopts_orphans = false;       // PR_SET_CHILD_SUBREAPER
  bool has_executed = false;         // it has become another program
  std::int32_t status = 0;           // as wait() tells it, once it ended
  ThreadSlot first_thread = kNoThread;
  std::uint32_t first_thread_id = 0;
  Step created_at = 0;
  Step ended_at = 0;
  SyncClock end_clock;  // what its threads knew when it ended

  // The one running thread is in this process: 1 when it may go on. A futex.
  std::uint32_t turn = 0;

  // Why it crashed, if it did.
  char crash_message[256];
  Stack crash_stack;
  ThreadSlot crash_thread = kNoThread;

  // Once it has become a program that is not under control: see foreign_program.h.
  std::int32_t program_pid = 0;  // 0: it has not
  char program_name[64];
  std::uint64_t program_activity = 0;   // changes when the program does something that others may notice
  std::int64_t program_patience = 0;    // real time that it has to do something at its next turn
  Step program_had_nap_at = 0;          // the last step after which real time passed for it
  bool program_was_awaited = false;     // it does nothing, however long one waits
  bool program_had_long_nap = false;    // … nor does real time alone soon wake it
  bool program_sleeps = false;          // it may go on when time passes
  bool has_joined = false;              // it has become a program that is under control too: see joined_program.h
  ImageIndex image = 0;                 // the program it is, if that is one of ours
  ThreadSlot vfork_waiter = kNoThread;  // of its parent, which goes on when it has ended, or become a program
  std::int32_t spawn_error = 0;         // why it did not become the program it was started for

  bool signal_actions_changed = true;   // since the execution began
  struct sigaction signal_actions[65];  // by signal
  PendingSignal* signals = nullptr;     // sent to it, and blocked by every thread

  DescriptorTable descriptors;
};

}  // namespace racecourse

#endif  // RACECOURSE_MODEL_PROCESS_H_
