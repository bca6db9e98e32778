#include "framework/execution/faults.h"

#include <signal.h>

#include "framework/core/text.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/settings.h"

namespace racecourse {

void BeginFaults() {
  Execution& execution = TheExecution();
  execution.faults_allowed = TheSettings().faults;
  execution.faults_left = kFaultsMax;
  execution.was_killed = false;
}

bool ChooseFault() {
  Execution& execution = TheExecution();
  if (execution.faults_left == 0 || execution.is_fair || !PickFault()) return false;
  --execution.faults_left;
  return true;
}

std::size_t ChooseTransfer(std::uint32_t fault, std::size_t size) {
  if (size < 2 || !Fails(fault)) return size;
  switch (ChooseOutcome(3)) {
    case 0:
      return 1;
    case 1:
      return size / 2;
    default:
      return size - 1;
  }
}

void NoteShortTransfer(std::size_t transferred, std::size_t size) {
  if (!TheExecution().records) return;
  RecordFault();
  char text[72];
  Text(text) << std::uint64_t{transferred} << " of " << std::uint64_t{size} << " bytes, as the kernel may";
  NoteOutcome(text);
}

void PerformInterrupted(OperationKind kind, const SyncObject* object) {
  if (TheExecution().records) {
    RecordFault();
    NoteOutcome("interrupted by a signal (EINTR), as the kernel may");
  }
  Performed(kind, object, 0xfffffe);
  NoteChange();
}

void ActOnProcessFaults() {
  Execution& execution = TheExecution();
  Process& process = ProcessAt(ThisProcess());
  if (process.may_crash && ChooseFault()) {
    execution.was_killed = true;
    if (execution.records) {
      RecordFault();
      NoteOutcome("killed here, as a fault that is allowed");
    }
    EndThisProcess(SIGKILL);
  }
  if (process.may_get_signal != 0 && ChooseFault()) {
    if (execution.records) RecordFault();
    siginfo_t info = {};
    info.si_signo = process.may_get_signal;
    info.si_code = SI_USER;
    process.may_get_signal = 0;
    SendToProcess(ThisProcess(), info, SyncClock());
  }
}

}  // namespace racecourse

using namespace racecourse;

namespace {

Process* FindRunningProcess(int pid) {
  Process* const process = FindProcess(pid);
  return process != nullptr && process->state == Process::State::kRunning ? process : nullptr;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void racecourse_may_fail(unsigned faults) {
  if (IsControlled()) TheExecution().faults_allowed |= faults & kAllFaults;
}
extern "C" __attribute__((visibility("default"))) void racecourse_may_crash(int pid) {
  if (!IsControlled()) return;
  Process* const process = FindRunningProcess(pid);
  if (process == nullptr || process == &ProcessAt(kRootProcess)) return;
  process->may_crash = true;
  ExpectInterruptions();
}
extern "C" __attribute__((visibility("default"))) void racecourse_may_signal(int pid, int signal) {
  if (!IsControlled() || signal <= 0 || signal > kSignalsMax) return;
  Process* const process = FindRunningProcess(pid);
  if (process == nullptr) return;
  process->may_get_signal = signal;
  ExpectInterruptions();
}
