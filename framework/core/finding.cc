#include "framework/core/finding.h"

namespace racecourse {

const char* FindingKindName(FindingKind kind) {
  switch (kind) {
    case FindingKind::kNone:
      return "none";
    case FindingKind::kDataRace:
      return "data_race";
    case FindingKind::kDeadlock:
      return "deadlock";
    case FindingKind::kLostWakeup:
      return "lost_wakeup";
    case FindingKind::kLivelock:
      return "livelock";
    case FindingKind::kAssertion:
      return "assertion";
    case FindingKind::kCrash:
      return "crash";
    case FindingKind::kUseAfterFree:
      return "use_after_free";
    case FindingKind::kHeapOverflow:
      return "heap_overflow";
    case FindingKind::kDoubleFree:
      return "double_free";
    case FindingKind::kLeak:
      return "leak";
    case FindingKind::kMisuse:
      return "misuse";
    case FindingKind::kUnreachable:
      return "unreachable";
    case FindingKind::kNondeterminism:
      return "nondeterminism";
    case FindingKind::kZombieProcess:
      return "zombie_process";
    case FindingKind::kOrphanProcess:
      return "orphan_process";
    case FindingKind::kDescriptorLeak:
      return "descriptor_leak";
    case FindingKind::kStarvation:
      return "starvation";
    case FindingKind::kOutput:
      return "output";
    case FindingKind::kBusyWait:
      return "busy_wait";
    case FindingKind::kLostTask:
      return "lost_task";
    case FindingKind::kIsolationBreach:
      return "isolation_breach";
  }
  return "none";
}

}  // namespace racecourse
