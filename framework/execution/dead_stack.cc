#include "framework/execution/dead_stack.h"

#include "framework/execution/finding_builder.h"
#include "framework/execution/names.h"

namespace racecourse {
namespace {

// What racecourse_switch_context saves, from the stack pointer up, in eight bytes each.
constexpr unsigned kSavedFramePointer = 6;
constexpr unsigned kSavedReturnAddress = 7;

// The lowest address of the waiting thread's stack that may belong to the program. 0: it cannot be told.
std::uintptr_t LowestInUse(const Execution& execution, const Thread& thread) {
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(thread.stack_pointer);
  const auto stack_end = reinterpret_cast<std::uintptr_t>(thread.stack_base);
  if (stack_pointer >= stack_end || stack_pointer < stack_end - kPuppetStackSize) return 0;  // on a stack of its own
  const auto* saved = reinterpret_cast<const std::uint64_t*>(stack_pointer);
  std::uintptr_t frame = saved[kSavedFramePointer];
  std::uint64_t code = saved[kSavedReturnAddress];
  std::uintptr_t lowest = stack_pointer;
  // The thread waits in the engine: the program's frames begin at the first caller that is not the engine's.
  while (code >= execution.engine_code_begin && code < execution.engine_code_end) {
    if (frame == 0) return stack_end;  // none of its functions has begun, or all have returned
    if (frame < lowest || frame + 16 > stack_end) return 0;
    lowest = frame + 16;
    code = reinterpret_cast<const std::uint64_t*>(frame)[1];
    frame = *reinterpret_cast<const std::uintptr_t*>(frame);
  }
  return lowest;
}

[[noreturn]] void ReportDead(const Thread& owner, bool has_ended, std::uintptr_t address, std::size_t size,
                             bool is_write, bool is_atomic) {
  const Thread& self = *TheExecution().current;
  Shared().conflict_granule = address & ~std::uintptr_t{7};
  FindingBuilder builder(FindingKind::kUseAfterFree);
  Text& message = builder.Message();
  WriteThreadName(message, self);
  message << (is_atomic ? " atomically" : "") << (is_write ? " writes " : " reads ") << std::uint64_t{size}
          << (size == 1 ? " byte" : " bytes");
  char name[96];
  Text object(name);
  if (!has_ended) {
    message << " of a local variable of ";
    WriteThreadName(message, owner);
    message << "'s that is gone: the function it belonged to has returned.";
    object << "local variable of a function of ";
    WriteThreadName(object, owner);
    object << " that has returned";
  } else if (address < reinterpret_cast<std::uintptr_t>(owner.stack_base)) {
    message << " of the stack of ";
    WriteThreadName(message, owner);
    message << ", which has ended: none of its local variables exists any more.";
    object << "stack of ";
    WriteThreadName(object, owner);
    object << ", which has ended";
  } else {
    message << " of a thread_local variable of ";
    WriteThreadName(message, owner);
    message << ", which has ended.";
    object << "thread_local variable of ";
    WriteThreadName(object, owner);
    object << ", which has ended";
  }
  builder.SetObject(name, address);
  builder.AddStackOf(self) << "this " << (is_atomic ? "atomic " : "") << (is_write ? "write" : "read");
  builder.Report();
}

}  // namespace

void CheckForeignAccess(std::uintptr_t address, std::size_t size, bool is_write, bool is_atomic) {
  Execution& execution = TheExecution();
  // The first thread of a child process stands on the stack that it was forked on.
  if (execution.has_processes) return;
  const auto slot = static_cast<ThreadSlot>((address - kPuppetAddress) / kPuppetRegionSize);
  if (slot >= execution.slots_in_use) return;
  Thread& owner = execution.threads[slot];
  if (owner.state != Thread::State::kLive) ReportDead(owner, true, address, size, is_write, is_atomic);
  // What was in use and is not left since then needs no second look.
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(owner.stack_pointer);
  if (address >= owner.known_in_use && stack_pointer <= owner.known_in_use) return;
  if (address >= reinterpret_cast<std::uintptr_t>(owner.stack_base)) return;
  // On a context's stack, which may be a local variable of the thread's, a stack pointer does not say what is in use.
  if (!execution.context_stacks.IsEmpty()) return;
  const std::uintptr_t lowest = LowestInUse(execution, owner);
  if (address < lowest) ReportDead(owner, false, address, size, is_write, is_atomic);
  owner.known_in_use = lowest;
}

}  // namespace racecourse
