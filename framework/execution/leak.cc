#include "framework/execution/leak.h"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <cstring>

#include "framework/core/address_space.h"
#include "framework/execution/execution.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/names.h"
#include "framework/execution/recorder.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kRedZone = 128;  // below the stack pointer. Source: System V AMD64 ABI, 3.2.2
constexpr std::size_t kTagBits = 16;   // above a pointer of 48 bits

struct Block {
  std::uintptr_t begin;
  std::uintptr_t end;  // one past its last byte: a pointer may stand there
  bool is_reached;
  bool is_accused;
};

// Marks what can be reached. Pointers that are found wait in a list of their own, so that long lists of blocks need no
// deep recursion.
class Marker {
 public:
  Marker() : arena_(&TheExecution().arena) {
    const Heap& heap = TheExecution().scenario_heap;
    blocks_ = static_cast<Block*>(arena_->Allocate(heap.LiveBlocks() * sizeof(Block)));
    waiting_ = static_cast<std::uint32_t*>(arena_->Allocate(heap.LiveBlocks() * sizeof(std::uint32_t)));
    const std::uint32_t room = heap.LiveBlocks();
    is_sound_ = heap.ForEachLive([&](void* p) {
      if (count_ == room) return;
      const auto begin = reinterpret_cast<std::uintptr_t>(p);
      blocks_[count_++] = {begin, begin + Heap::HeaderOf(p)->size, false, false};
    });
    if (count_ == 0) return;
    low_ = blocks_[0].begin;
    high_ = blocks_[count_ - 1].end;
  }

  // False if the heap's own records are damaged: then nothing can be said.
  bool IsSound() const { return is_sound_ && count_ > 0; }
  std::uint32_t Count() const { return count_; }
  Block& At(std::uint32_t index) { return blocks_[index]; }

  // `step`: 8, or 1 to look at every position.
  void Scan(std::uintptr_t begin, std::uintptr_t end, std::size_t step) {
    if (step == 8) begin = (begin + 7) & ~std::uintptr_t{7};
    for (std::uintptr_t at = begin; at + 8 <= end; at += step) {
      std::uintptr_t word;
      std::memcpy(&word, reinterpret_cast<const void*>(at), 8);
      Consider(word);
    }
    while (waiting_count_ > 0) {
      const Block block = blocks_[waiting_[--waiting_count_]];
      for (std::uintptr_t at = block.begin; at + 8 <= block.end; at += step) {
        std::uintptr_t word;
        std::memcpy(&word, reinterpret_cast<const void*>(at), 8);
        Consider(word);
      }
    }
  }
  void ScanValue(const void* value) {
    const auto word = reinterpret_cast<std::uintptr_t>(value);
    const auto at = reinterpret_cast<std::uintptr_t>(&word);
    Scan(at, at + 8, 8);
  }

  // Of lost blocks that hold one another, one stands for all: marks what `index` holds as reached.
  void MarkHeldBy(std::uint32_t index) {
    blocks_[index].is_reached = true;
    Scan(blocks_[index].begin, blocks_[index].end, 8);
  }

 private:
  void Consider(std::uintptr_t word) {
    // Lock-free code keeps counters beside its pointers.
    Mark(word & ((std::uintptr_t{1} << (64 - kTagBits)) - 1));
    Mark(word >> kTagBits);
  }

  void Mark(std::uintptr_t address) {
    if (__builtin_expect(address < low_ || address > high_, 1)) return;
    Block* after = std::upper_bound(blocks_, blocks_ + count_, address,
                                    [](std::uintptr_t a, const Block& block) { return a < block.begin; });
    if (after == blocks_) return;
    Block& block = after[-1];
    if (address > block.end || block.is_reached) return;
    block.is_reached = true;
    waiting_[waiting_count_++] = static_cast<std::uint32_t>(&block - blocks_);
  }

  Arena* arena_;
  Block* blocks_ = nullptr;           // in the order of their addresses
  std::uint32_t* waiting_ = nullptr;  // reached, not yet scanned: each block once at most
  std::uint32_t count_ = 0;
  std::uint32_t waiting_count_ = 0;
  std::uintptr_t low_ = 1;
  std::uintptr_t high_ = 0;
  bool is_sound_ = false;
};

std::uintptr_t RegionEnd(const Thread& thread) {
  return kPuppetAddress + (std::uintptr_t{thread.accessor.slot} + 1) * kPuppetRegionSize;
}

// All that the engine knows to hold a pointer of the program's. Whoever gives the engine another such record adds it.
void MarkFromThreads(Marker& marker, std::size_t step) {
  const Execution& execution = TheExecution();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (thread.state != Thread::State::kFree) marker.ScanValue(thread.result);
    // The main thread's storage lasts as long as the process.
    if (slot == 0) marker.Scan(thread.fs_base - execution.tls_size, RegionEnd(thread), step);
    if (thread.state != Thread::State::kLive) continue;
    const auto stack_pointer = reinterpret_cast<std::uintptr_t>(thread.stack_pointer);
    // On another stack than its own, which is memory like any other, all of its own is in use.
    const std::uintptr_t region_begin = RegionEnd(thread) - kPuppetRegionSize;
    const auto top = reinterpret_cast<std::uintptr_t>(thread.stack_base);
    const std::uintptr_t lowest = ((top - kPuppetStackSize) & ~(kPageSize - 1));
    const bool is_on_own_stack = stack_pointer > region_begin && stack_pointer < RegionEnd(thread);
    marker.Scan(is_on_own_stack ? std::max(stack_pointer - kRedZone, lowest) : lowest, RegionEnd(thread), step);
    marker.ScanValue(thread.argument);
    for (const ThreadExitHandler* handler = thread.exit_handlers; handler != nullptr; handler = handler->next) {
      marker.ScanValue(handler->object);
    }
    for (const void* value : thread.key_values) marker.ScanValue(value);
  }
  for (std::uint32_t i = 0; i < execution.timers.count; ++i) {
    marker.ScanValue(execution.timers.entries[i].info.si_value.sival_ptr);
  }
}

// Only what was written in this process can differ from the image, in which nothing points into the scenario heap.
void MarkFromImage(Marker& marker, std::size_t step) {
  TheExecution().image.ForEachWrittenPage([&](std::uintptr_t page) { marker.Scan(page, page + kPageSize, step); });
}

// Calls visit(begin, end) for each part of the process's memory that can be read and written.
template <typename Visit>
bool ForEachWritableMapping(Visit visit) {
  const long file = SystemCall(SYS_open, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return false;
  char line[512];
  std::size_t length = 0;
  char buffer[4096];
  for (;;) {
    const long got = SystemCall(SYS_read, file, buffer, sizeof buffer);
    if (got <= 0) break;
    for (long i = 0; i < got; ++i) {
      if (buffer[i] != '\n') {
        if (length + 1 < sizeof line) line[length++] = buffer[i];
        continue;
      }
      line[length] = '\0';
      length = 0;
      std::uintptr_t bounds[2] = {0, 0};
      const char* at = line;
      for (std::uintptr_t& bound : bounds) {
        for (; *at != '\0' && *at != '-' && *at != ' '; ++at) {
          bound = bound * 16 + static_cast<std::uintptr_t>(*at <= '9' ? *at - '0' : *at - 'a' + 10);
        }
        if (*at != '\0') ++at;
      }
      if (at[0] == 'r' && at[1] == 'w') visit(bounds[0], bounds[1]);
    }
  }
  SystemCall(SYS_close, file);
  return true;
}

// Whatever else the process has: memory the program mapped, its arguments, what libraries mapped.
bool MarkFromOtherMemory(Marker& marker, const void* engine_frame) {
  const Execution& execution = TheExecution();
  stack_t signal_stack = {};
  SystemCall(SYS_sigaltstack, 0, &signal_stack);
  const auto signal_begin = reinterpret_cast<std::uintptr_t>(signal_stack.ss_sp);
  const auto frame = reinterpret_cast<std::uintptr_t>(engine_frame);
  marker.Scan(execution.setup_heap.Begin(), execution.setup_heap.End(), 1);
  marker.Scan(execution.setup_heap.LargeBegin(), execution.setup_heap.LargeEnd(), 1);
  return ForEachWritableMapping([&](std::uintptr_t begin, std::uintptr_t end) {
    // The engine's own memory, the puppets and the heaps: what counts of them was looked at.
    if (begin >= kSharedAddress && end <= kEngineMemoryEnd) return;
    if (begin >= kExecutionAddress && begin < kExecutionAddress + sizeof(Execution) + 3 * kPageSize) return;
    if (reinterpret_cast<std::uintptr_t>(execution.allocations) == begin) return;
    // Old register contents of the program's, saved when a page was first written.
    if (signal_begin != 0 && begin <= signal_begin && signal_begin < end) return;
    if (begin <= frame && frame < end) begin = frame;
    marker.Scan(begin, end, 1);
  });
}

// May be accused if nothing reaches it. A thread that still runs may hold a block in a variable that the compiler did
// without; who ended holds nothing.
bool IsOfEndedProgramThread(const BlockHeader& header) {
  if (header.is_of_program == 0) return false;
  return header.thread == 0 || TheExecution().threads[header.thread].state != Thread::State::kLive;
}

// How the coroutine whose frame this block is was suspended last; null if it is none. Known when steps are recorded.
const StepRecord* LastSuspension(std::uintptr_t block) {
  if (!TheExecution().records) return nullptr;
  return FindCoroutineStep(OperationKind::kCoroutineSuspend, reinterpret_cast<const void*>(block));
}

// At its final suspend point a frame's first word, the address of the function that resumes it, is null.
bool HasFinished(std::uintptr_t frame) { return *reinterpret_cast<const std::uintptr_t*>(frame) == 0; }

}  // namespace

Leak FindLeak(const void* engine_frame) {
  Marker marker;
  if (!marker.IsSound()) return {};
  MarkFromThreads(marker, 8);
  MarkFromImage(marker, 8);
  const auto count_lost = [&marker] {
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < marker.Count(); ++i) {
      Block& block = marker.At(i);
      block.is_accused =
          !block.is_reached && IsOfEndedProgramThread(*Heap::HeaderOf(reinterpret_cast<void*>(block.begin)));
      if (block.is_accused) ++count;
    }
    return count;
  };
  if (count_lost() == 0) return {};
  // Now with every doubt there can be.
  for (std::uint32_t i = 0; i < marker.Count(); ++i) {
    if (marker.At(i).is_reached) marker.Scan(marker.At(i).begin, marker.At(i).end, 1);
  }
  MarkFromThreads(marker, 1);
  MarkFromImage(marker, 1);
  if (!MarkFromOtherMemory(marker, engine_frame)) return {};

  Leak leak;
  leak.count = count_lost();
  if (leak.count == 0) return {};
  // Name one that no other lost block holds: the head of a lost list, not its last element. In a ring each holds all
  // the others; the first one looked at stands for them.
  std::uint32_t first = 0;
  for (std::uint32_t i = 0; i < marker.Count(); ++i) {
    if (!marker.At(i).is_accused) continue;
    leak.bytes += marker.At(i).end - marker.At(i).begin;
    const StepRecord* suspension = LastSuspension(marker.At(i).begin);
    if (suspension != nullptr && CoroutineWaits(*suspension) && !HasFinished(marker.At(i).begin)) {
      leak.waiting_coroutine = marker.At(i).begin;
    }
    if (marker.At(i).is_reached) continue;
    marker.MarkHeldBy(i);
    marker.At(i).is_reached = false;
  }
  std::uint32_t lowest_number = ~std::uint32_t{0};
  for (std::uint32_t i = 0; i < marker.Count(); ++i) {
    if (!marker.At(i).is_accused || marker.At(i).is_reached) continue;
    const std::uint32_t number = Heap::HeaderOf(reinterpret_cast<void*>(marker.At(i).begin))->number;
    if (number >= lowest_number) continue;
    lowest_number = number;
    first = i;
  }
  if (lowest_number == ~std::uint32_t{0}) return {};
  leak.block = marker.At(first).begin;
  return leak;
}

namespace {

[[noreturn]] void ReportLostCoroutine(std::uintptr_t frame) {
  const BlockHeader& header = *Heap::HeaderOf(reinterpret_cast<void*>(frame));
  FindingBuilder builder(FindingKind::kLostTask);
  builder.Message() << "A coroutine waits for ever: it was suspended, whoever was to resume it is gone, and when the "
                       "execution had ended nobody had its handle any more. What it had still to do was never done.";
  builder.SetHeapBlock(header.size, frame);
  char unused[1];
  Text role(unused);
  if (builder.AddStackOfStep(LastSuspension(frame), &role)) role << "suspended here, and never resumed";
  builder.AddStackOfAllocation(header.number);
  builder.Report();
}

}  // namespace

void ReportLeak(const Leak& leak) {
  if (leak.waiting_coroutine != 0) ReportLostCoroutine(leak.waiting_coroutine);
  const BlockHeader& header = *Heap::HeaderOf(reinterpret_cast<void*>(leak.block));
  FindingBuilder builder(FindingKind::kLeak);
  Text& message = builder.Message();
  message
      << std::uint64_t{header.size} << (header.size == 1 ? " byte" : " bytes")
      << " on the heap are lost: when the execution had ended they were not freed, and no pointer to them was left.";
  if (leak.count > 1) {
    message << " In all, " << leak.count << " blocks with " << std::uint64_t{leak.bytes} << " bytes are lost.";
  }
  builder.SetHeapBlock(header.size, leak.block);
  char unused[1];
  Text role(unused);
  if (const StepRecord* suspension = LastSuspension(leak.block); suspension != nullptr) {
    message << " It is the frame of a coroutine, which "
            << (HasFinished(leak.block) ? "has finished" : "nobody will resume any more")
            << ": nobody has destroyed it.";
    if (builder.AddStackOfStep(suspension, &role)) role << "suspended here, and never resumed nor destroyed";
  }
  builder.AddStackOfAllocation(header.number);
  builder.Report();
}

}  // namespace racecourse
