// prctl, as far as it concerns what the engine models: the name of a thread, the signal at the end of the parent, the
// adoption of orphans. What changes how the kernel treats the whole process would outlive the execution, or reach the
// engine, and is refused by name; what only asks is the kernel's. Source: prctl(2).

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr std::size_t kNameSize = 16;  // of the kernel's, with the end

int Fail(int error) {
  errno = error;
  return -1;
}

void SetName(const char* name) {
  Thread& self = *TheExecution().current;
  static_assert(sizeof self.name >= kNameSize);
  const std::size_t length = strnlen(name, kNameSize - 1);
  memcpy(self.name, name, length);
  self.name[length] = '\0';
}

void GetName(char* name) {
  strncpy(name, TheExecution().current->name, kNameSize);
  NoteKernelWrites(name, kNameSize);
}

// The call takes effect at one point of the schedule: whether the parent is still there then is what matters.
int SetParentDeathSignal(unsigned long signal) {
  if (signal > kSignalsMax) return Fail(EINVAL);
  Arrive(OperationKind::kSignalAction, 0);
  ProcessAt(ThisProcess()).parent_death_signal = static_cast<int>(signal);
  Performed(OperationKind::kSignalAction, nullptr, static_cast<std::uint32_t>(signal));
  return 0;
}

int SetAdoption(bool adopts) {
  Arrive(OperationKind::kProcessGroup, 0);
  ProcessAt(ThisProcess()).adopts_orphans = adopts;
  // The first process adopts whatever is left, so that nothing survives.
  if (!IsRootProcess()) SystemCall(SYS_prctl, PR_SET_CHILD_SUBREAPER, adopts ? 1 : 0, 0, 0, 0);
  Performed(OperationKind::kProcessGroup, nullptr, adopts ? 1 : 0);
  return 0;
}

int Tell(int value, void* result) {
  memcpy(result, &value, sizeof value);
  NoteKernelWrites(result, sizeof value);
  return 0;
}

// Asks only, or concerns nothing that the engine or a later execution relies on.
bool IsHarmless(int option) {
  switch (option) {
    case PR_GET_DUMPABLE:
    case PR_GET_KEEPCAPS:
    case PR_GET_SECCOMP:
    case PR_GET_SECUREBITS:
    case PR_GET_TIMERSLACK:
    case PR_SET_TIMERSLACK:
    case PR_GET_NO_NEW_PRIVS:
    case PR_GET_THP_DISABLE:
    case PR_GET_TID_ADDRESS:
    case PR_GET_TIMING:
    case PR_GET_TSC:
    case PR_GET_UNALIGN:
    case PR_CAPBSET_READ:
    case PR_MCE_KILL_GET:
    case PR_GET_SPECULATION_CTRL:
    case PR_SET_VMA:
      return true;
    default:
      return false;
  }
}

int Control(int option, const unsigned long (&arguments)[4]) {
  auto* const pointer = reinterpret_cast<void*>(arguments[0]);
  const Process& self = ProcessAt(ThisProcess());
  switch (option) {
    case PR_SET_NAME:
      SetName(static_cast<const char*>(pointer));
      return 0;
    case PR_GET_NAME:
      GetName(static_cast<char*>(pointer));
      return 0;
    case PR_SET_PDEATHSIG:
      return SetParentDeathSignal(arguments[0]);
    case PR_GET_PDEATHSIG:
      return Tell(self.parent_death_signal, pointer);
    case PR_SET_CHILD_SUBREAPER:
      return SetAdoption(arguments[0] != 0);
    case PR_GET_CHILD_SUBREAPER:
      return Tell(self.adopts_orphans ? 1 : 0, pointer);
    default:
      break;
  }
  if (!IsHarmless(option)) ReportEscape("prctl with an option that the engine does not model");
  const long result = SystemCall(SYS_prctl, option, arguments[0], arguments[1], arguments[2], arguments[3]);
  return result < 0 ? Fail(static_cast<int>(-result)) : static_cast<int>(result);
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int prctl(int option, ...) noexcept {
  va_list list;
  va_start(list, option);
  unsigned long arguments[4];
  for (unsigned long& argument : arguments) argument = va_arg(list, unsigned long);
  va_end(list);
  if (!IsControlled()) return RC_REAL(prctl)(option, arguments[0], arguments[1], arguments[2], arguments[3]);
  return Control(option, arguments);
}
