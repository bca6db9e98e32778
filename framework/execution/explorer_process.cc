#include "framework/execution/explorer_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#include "framework/core/check.h"
#include "framework/core/text.h"
#include "framework/execution/caretaker.h"
#include "framework/execution/execution.h"
#include "framework/execution/file_undo.h"
#include "framework/execution/settings.h"
#include "framework/execution/shared_mappings.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

// Set by the signal handler of a supervisor.
volatile sig_atomic_t was_interrupted = 0;

// True while the process waits in the kernel, where no event of ours will wake it.
bool Sleeps(pid_t process) {
  char path[32];
  Text(path) << "/proc/" << static_cast<std::int64_t>(process) << "/stat";
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char text[256] = "";
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return false;
  // "pid (name) state …"; the name may hold anything but is followed by the last parenthesis.
  const char* end = strrchr(text, ')');
  return end != nullptr && (end[2] == 'S' || end[2] == 'D');
}

// An explorer never waits. After this many ticks in a row in which it did, the program has blocked it.
constexpr int kBlockedTicksMax = 50;

// Waits for the child, ticking. Returns its wait status; a child that the program blocked in the kernel is ended.
int WaitTicking(pid_t child, const std::function<void()>& tick, bool* was_blocked) {
  const long descriptor = SystemCall(SYS_pidfd_open, child, 0);
  int status = 0;
  int blocked_ticks = 0;
  std::uint64_t hand_overs_seen = 0;
  for (;;) {
    if (descriptor >= 0) {
      pollfd entry = {static_cast<int>(descriptor), POLLIN, 0};
      poll(&entry, 1, 200);
    } else {
      const timespec pause = {0, 2'000'000};
      nanosleep(&pause, nullptr);
    }
    const pid_t done = waitpid(child, &status, WNOHANG);
    if (done == child || done < 0) break;
    if (was_interrupted != 0) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    tick();
    // While one of its child processes runs, an explorer waits for its turn.
    const std::uint64_t hand_overs = Shared().hand_overs + Shared().executions_done;
    blocked_ticks = descriptor >= 0 && hand_overs == hand_overs_seen && Sleeps(child) ? blocked_ticks + 1 : 0;
    hand_overs_seen = hand_overs;
    if (blocked_ticks == kBlockedTicksMax) {
      *was_blocked = true;
      kill(child, SIGKILL);
    }
  }
  if (descriptor >= 0) close(static_cast<int>(descriptor));
  return status;
}

// The nearest thing to a stack that a process without last words leaves: where its last recorded step was.
void AddLastStep(Finding& finding) {
  const SharedState& shared = Shared();
  if (shared.step_record_count == 0) return;
  const StepRecord& last = shared.step_records[(shared.step_record_count - 1) % SharedState::kMaxStepRecords];
  FindingStack& stack = finding.stacks[finding.stack_count++];
  Text(stack.role) << "the last step before the end";
  Text(stack.value) << last.value;
  stack.thread = last.thread_id;
  stack.step = last.step;
  stack.stack.count = last.frame_count;
  stack.stack.image = last.image;
  std::memcpy(stack.stack.frames, last.frames, last.frame_count * sizeof last.frames[0]);
}

// The process ended without a word of its own: a raw system call, SIGKILL, or a fault that left no stack to report
// from.
void DescribeDeath(int status) {
  Finding& finding = Shared().finding;
  finding.kind = FindingKind::kCrash;
  finding.stack_count = 0;
  finding.object_name[0] = '\0';
  finding.object_address = 0;
  Text message(finding.message);
  if (WIFSIGNALED(status)) {
    const char* name = strsignal(WTERMSIG(status));
    message << "The process was ended by signal " << WTERMSIG(status) << " (" << (name != nullptr ? name : "unknown")
            << ") in the middle of the test.";
  } else {
    message << "The process ended in the middle of the test, with exit status " << WEXITSTATUS(status) << '.';
  }
  AddLastStep(finding);
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { was_interrupted = 1; };
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

bool WasInterrupted() { return was_interrupted != 0; }

ExplorerExit RunExplorerProcess(const Scenario& scenario, const std::function<void()>& tick) {
  SharedState& shared = Shared();
  const std::uint64_t done_before = shared.executions_done;
  for (;;) {
    if (was_interrupted != 0) return {ExplorerResult::kTimeIsUp, ""};
    shared.executions_done = done_before;
    shared.result = ExplorerResult::kRunning;
    shared.finding.kind = FindingKind::kNone;
    shared.has_leak = false;
    shared.exploring_since = 0;
    shared.hand_overs = 0;
    shared.has_shared_names = false;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    shared.choice_count = 0;
    shared.endless_executions = 0;
    shared.step_count = 0;
    shared.preemptions = 0;
    shared.event_hash = 0;
    shared.conflict_granule = 0;
    shared.conflict_code[0] = shared.conflict_code[1] = 0;
    shared.step_record_count = 0;
    shared.thread_record_count = 0;
    fflush(nullptr);
    // Each explorer reads the inherited files from where the first one did.
    InheritedFiles& inherited = TheExecution().inherited_files;
    inherited.HasSaved() ? inherited.Restore() : inherited.Save();
    Caretaker caretaker;
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return {ExplorerResult::kRunning, "cannot start a process: " + std::string(strerror(errno))};
    if (child == 0) {
      // Nothing of ours survives us, and the trace is not the program's to write.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (scenario.is_whole_program) {
        for (const int signal : {SIGINT, SIGTERM}) ::signal(signal, SIG_DFL);
      }
      setpgid(0, 0);  // so that a program that signals its group reaches only itself
      if (getppid() != parent) _exit(kEngineFailureStatus);
      if (TheSettings().trace_fd >= 0) close(TheSettings().trace_fd);
      RunExplorer(scenario);
    }
    caretaker.TakeCareOf(child);
    bool was_blocked = false;
    const int status = WaitTicking(child, tick, &was_blocked);
    // Child processes of an execution that did not come to its end: they are in the explorer's group, and ours since it
    // is gone. They have the memory mapped that the next explorer begins with, also those that never had a turn.
    kill(-child, SIGKILL);
    while (waitpid(-child, nullptr, __WALL) > 0) {
    }
    if (shared.has_shared_names) RemoveSharedMemoryOf(child);
    // It may have ended in the middle of an execution.
    if (!TheFileUndo().UndoAll()) {
      return {ExplorerResult::kRunning, "a file that the program changed or removed could not be put back"};
    }
    if (was_blocked) {
      Text(shared.finding.message)
          << "the program waits in the kernel, for something that is not scheduled: input that "
             "never comes, or a file lock";
      return {ExplorerResult::kUncontrolled, ""};
    }
    if (was_interrupted != 0 && shared.result == ExplorerResult::kRunning) {
      if (shared.exploring_since != 0) {
        shared.exploring_nanoseconds += static_cast<std::uint64_t>(RealNanoseconds() - shared.exploring_since);
      }
      return {ExplorerResult::kTimeIsUp, ""};
    }
    if (shared.result == ExplorerResult::kNeedsPuppets) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == kEngineFailureStatus && shared.result == ExplorerResult::kRunning) {
      return {ExplorerResult::kRunning, "an invariant of the engine does not hold; its message is on standard error"};
    }
    if (shared.result == ExplorerResult::kRunning) {
      DescribeDeath(status);
      return {ExplorerResult::kFound, ""};
    }
    return {shared.result, ""};
  }
}

}  // namespace racecourse
