#include "framework/execution/state_hash.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <unwind.h>

#include <cstring>

#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kBytesMax = 4 << 20;
constexpr std::uint32_t kObjectsMax = 4096;
constexpr int kDescriptorsMax = 16;
constexpr std::size_t kDeadStack = 16 << 10;

class Hasher {
 public:
  void Add(std::uint64_t word) { lanes_[0] = Mix(lanes_[0], word); }
  // REQUIRES: `begin` is a multiple of 8.
  void AddMemory(std::uintptr_t begin, std::uintptr_t end) {
    if (begin >= end) return;
    bytes_ += end - begin;
    if (bytes_ > kBytesMax) return;
    const auto* word = reinterpret_cast<const std::uint64_t*>(begin);
    std::size_t words = (end - begin) / 8;
    for (; words >= 4; words -= 4, word += 4) {
      for (int i = 0; i < 4; ++i) lanes_[i] = Mix(lanes_[i], word[i]);
    }
    for (; words > 0; --words) Add(*word++);
    Add(begin);
  }
  bool IsTooLarge() const { return bytes_ > kBytesMax; }
  std::uint64_t Value() const { return Mix(Mix(lanes_[0], lanes_[1]), Mix(lanes_[2], lanes_[3])); }

 private:
  static std::uint64_t Mix(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
  }
  std::uint64_t lanes_[4] = {1, 2, 3, 4};
  std::size_t bytes_ = 0;
};

void AddSet(Hasher& hasher, const ThreadSet& set) {
  set.ForEach([&](ThreadSlot slot) { hasher.Add(slot); });
  hasher.Add(kNoThread);
}

void AddThread(Hasher& hasher, const Execution& execution, const Thread& thread) {
  const ThreadSlot slot = thread.accessor.slot;
  hasher.Add(static_cast<std::uint64_t>(thread.state) | std::uint64_t{thread.is_detached} << 8 |
             static_cast<std::uint64_t>(thread.wake_reason) << 16 | std::uint64_t{slot} << 32);
  if (thread.state != Thread::State::kLive) return;
  hasher.Add(static_cast<std::uint64_t>(execution.pending[slot].kind));
  hasher.Add(execution.pending[slot].object);
  hasher.Add(thread.waits_for != nullptr ? thread.waits_for->id : 0);
  hasher.Add(thread.waits_for_thread);
  hasher.Add(thread.deadline == kNever ? 0 : static_cast<std::uint64_t>(thread.deadline - execution.now));
  hasher.Add(thread.clock_reads | std::uint64_t{thread.signal_delay} << 32);
  std::uintptr_t stack = thread.program_stack_pointer;
  if (thread.state_window == execution.progress.window) {
    hasher.Add(thread.registers_hash);
  } else {
    // It has not moved since the watch began: its saved registers are in the engine's frames, which do not change.
    stack = reinterpret_cast<std::uintptr_t>(thread.stack_pointer);
  }
  hasher.Add(stack);
  hasher.AddMemory(stack & ~std::uintptr_t{7}, reinterpret_cast<std::uintptr_t>(thread.stack_base));
  hasher.AddMemory((thread.fs_base - execution.tls_size) & ~std::uint64_t{7}, thread.fs_base);
}

void AddObject(Hasher& hasher, const SyncObject& object) {
  hasher.Add(object.address);
  hasher.Add(static_cast<std::uint64_t>(object.kind) | std::uint64_t{object.is_destroyed} << 8 |
             std::uint64_t{object.count} << 16);
  hasher.Add(object.owner | std::uint64_t{object.limit} << 32);
  AddSet(hasher, object.waiting);
  AddSet(hasher, object.holders);
}

// Where a loop that reads or writes files stands, the kernel knows.
void AddDescriptors(Hasher& hasher) {
  for (int descriptor = 0; descriptor < kDescriptorsMax; ++descriptor) {
    const long offset = SystemCall(SYS_lseek, descriptor, 0, SEEK_CUR);
    hasher.Add(static_cast<std::uint64_t>(offset));
    int readable = 0;
    if (offset == -ESPIPE) SystemCall(SYS_ioctl, descriptor, FIONREAD, &readable);
    hasher.Add(static_cast<std::uint64_t>(readable));
  }
}

}  // namespace

__attribute__((noinline)) void CaptureProgramState() {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  // Engine code keeps frame pointers: the first return address outside it is the program's call. The ones before tell
  // apart what one call does one after the other, with nothing of the program's in between: memcmp reads on both sides.
  auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto stack_base = reinterpret_cast<std::uintptr_t>(self.stack_base);
  const auto word = [](std::uintptr_t address) { return *reinterpret_cast<const std::uintptr_t*>(address); };
  std::uint64_t path = 0;
  while (word(frame + 8) >= execution.engine_code_begin && word(frame + 8) < execution.engine_code_end) {
    path = MixSeed(path ^ word(frame + 8));
    const std::uintptr_t caller = word(frame);
    if (caller <= frame || caller >= stack_base) break;  // the thread's end: no program code is left
    frame = caller;
  }
  self.program_stack_pointer = frame + 16;
  self.registers_hash = path ^ word(frame + 8);
  self.state_window = execution.progress.window;
  execution.current = nullptr;  // the unwinder calls functions we interpose; for it they are libc's
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* argument) {
        const Execution& execution = TheExecution();
        const std::uint64_t code = _Unwind_GetIP(context);
        if (code >= execution.engine_code_begin && code < execution.engine_code_end) return _URC_NO_REASON;
        // What the System V ABI lets a call preserve: rbx, rbp, r12 to r15, by their DWARF numbers.
        auto& hash = *static_cast<std::uint64_t*>(argument);
        for (const int number : {3, 6, 12, 13, 14, 15}) {
          hash = MixSeed(hash ^ _Unwind_GetGR(context, number));
        }
        return _URC_END_OF_STACK;
      },
      &self.registers_hash);
  execution.current = &self;
}

bool HashState(std::uint64_t* hash) {
  Execution& execution = TheExecution();
  // The memory of other processes is out of sight, and so is what the program mapped for itself.
  if (execution.has_processes || execution.maps_memory) return false;
  if (execution.shadow.ObjectCount() > kObjectsMax) return false;
  Hasher hasher;
  hasher.Add(execution.current != nullptr ? execution.current->accessor.slot : kNoThread);
  AddSet(hasher, execution.enabled);
  AddSet(hasher, execution.sleeping);
  AddSet(hasher, execution.timed);
  AddSet(hasher, execution.dozing);
  hasher.Add(execution.spurious_left);
  Random entropy = execution.entropy;
  hasher.Add(entropy.Next());
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    AddThread(hasher, execution, execution.threads[slot]);
    if (hasher.IsTooLarge()) return false;
  }
  for (std::uint32_t i = 0; i < execution.timers.count; ++i) {
    const VirtualTime deadline = execution.timers.entries[i].deadline;
    hasher.Add(deadline == kNever ? 0 : static_cast<std::uint64_t>(deadline - execution.now));
  }
  for (std::uint32_t id = 1; id <= execution.shadow.ObjectCount(); ++id) {
    AddObject(hasher, execution.shadow.ObjectById(id));
  }
  execution.image.ForEachWrittenPage([&](std::uintptr_t page) { hasher.AddMemory(page, page + kPageSize); });
  const Heap& heap = execution.scenario_heap;
  hasher.AddMemory(heap.Begin(), heap.End());
  hasher.AddMemory(heap.LargeBegin(), heap.LargeEnd());
  if (hasher.IsTooLarge()) return false;
  AddDescriptors(hasher);
  *hash = hasher.Value();
  return true;
}

__attribute__((noinline)) void WipeDeadStack() {
  char dead[kDeadStack];
  std::memset(dead, 0, sizeof dead);
  asm volatile("" : : "r"(dead) : "memory");
}

}  // namespace racecourse
