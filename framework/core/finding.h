// A Finding: what a detector saw, in a form of fixed size that survives the process it happened in.
#ifndef RACECOURSE_CORE_FINDING_H_
#define RACECOURSE_CORE_FINDING_H_

#include "framework/core/operation.h"
#include "framework/core/types.h"

namespace racecourse {

// The kinds of the result schema that this engine can produce.
enum class FindingKind : std::uint8_t {
  kNone,
  kDataRace,
  kDeadlock,
  kLostWakeup,
  kLivelock,
  kAssertion,
  kCrash,
  kUseAfterFree,
  kHeapOverflow,
  kDoubleFree,
  kLeak,
  kMisuse,
  kUnreachable,
  kNondeterminism,
  kZombieProcess,
  kOrphanProcess,
  kDescriptorLeak,
  kStarvation,
  kBusyWait,
  kOutput,
  kLostTask,
  kIsolationBreach,
};

// As in the result schema: "data_race" …
const char* FindingKindName(FindingKind kind);

// The program whose code an address lies in: 0 for the one that is explored, others for those that its processes became
// by exec.
using ImageIndex = std::uint8_t;

// A stack as program counters, innermost first. Return addresses are already decremented so that they lie in the call.
struct Stack {
  static constexpr std::uint32_t kMaxFrames = 40;
  std::uint32_t count = 0;
  ImageIndex image = 0;
  std::uint64_t frames[kMaxFrames];
};

// One of the stacks that explain a finding.
struct FindingStack {
  char role[160];  // "this write of 4 bytes", "holds mutex#1", …
  char value[40];  // empty where there is none
  ThreadSlot thread;
  Step step;
  Stack stack;
};

struct Finding {
  static constexpr std::uint32_t kMaxStacks = 16;
  FindingKind kind = FindingKind::kNone;
  char message[2048];
  char object_name[96];
  std::uint64_t object_address = 0;
  ImageIndex object_image = 0;
  std::uint32_t stack_count = 0;
  FindingStack stacks[kMaxStacks];
};

}  // namespace racecourse

#endif  // RACECOURSE_CORE_FINDING_H_
