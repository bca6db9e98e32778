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
#include "framework/execution/settings.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

// Waits for the child, ticking. Returns its wait status.
int WaitTicking(pid_t child, const std::function<void()>& tick) {
  const long descriptor = SystemCall(SYS_pidfd_open, child, 0);
  int status = 0;
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
    tick();
  }
  if (descriptor >= 0) close(static_cast<int>(descriptor));
  return status;
}

// The process ended without a word of its own: a raw system call, SIGKILL, or a fault that left no stack to report from.
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
}

}  // namespace

ExplorerExit RunExplorerProcess(const Scenario& scenario, const std::function<void()>& tick) {
  SharedState& shared = Shared();
  for (;;) {
    shared.result = ExplorerResult::kRunning;
    shared.finding.kind = FindingKind::kNone;
    shared.choice_count = 0;
    shared.step_count = 0;
    shared.preemptions = 0;
    shared.event_hash = 0;
    shared.conflict_granule = 0;
    shared.conflict_code[0] = shared.conflict_code[1] = 0;
    shared.step_record_count = 0;
    shared.thread_record_count = 0;
    fflush(nullptr);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return {ExplorerResult::kRunning, "cannot start a process: " + std::string(strerror(errno))};
    if (child == 0) {
      // Nothing of ours survives us, and the trace is not the program's to write.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      setpgid(0, 0);  // so that a program that signals its group reaches only itself
      if (getppid() != parent) _exit(kEngineFailureStatus);
      if (TheSettings().trace_fd >= 0) close(TheSettings().trace_fd);
      RunExplorer(scenario);
    }
    const int status = WaitTicking(child, tick);
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
