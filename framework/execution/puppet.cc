#include "framework/execution/puppet.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>

#include <cstring>

#include "framework/execution/bare_fork.h"
#include "framework/execution/context_switch.h"
#include "framework/execution/execution.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/system_call.h"
#include "framework/execution/thread_exit.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kRseqSignature = 0x53053053;
constexpr std::size_t kRseqAreaSize = 32;
constexpr std::size_t kParkedFrame = 4096;  // what the parked thread itself may still need of its stack

std::uint64_t FsBase() {
  std::uint64_t base;
  asm("movq %%fs:0, %0" : "=r"(base));  // the ABI keeps the thread pointer's own value there
  return base;
}

}  // namespace

// The kernel writes to a registered area whenever it resumes the thread. Nobody may write to a puppet's memory but us;
// and where an explorer and its child processes hand over, each write would cost a copy of a page.
void LeaveRestartableSequences() {
  // glibc's description of the area. Not to be had by a weak reference: those do not ask for the library that has it.
  const auto* offset = static_cast<const std::ptrdiff_t*>(dlsym(RTLD_DEFAULT, "__rseq_offset"));
  const auto* size = static_cast<const unsigned*>(dlsym(RTLD_DEFAULT, "__rseq_size"));
  if (offset == nullptr || size == nullptr || *size == 0) return;
  SystemCall(SYS_rseq, FsBase() + static_cast<std::uint64_t>(*offset), kRseqAreaSize, 1, kRseqSignature);
}

namespace {

// The life of a puppet: tell who it is, then wait for ever without touching its memory again.
void* Park(void* argument) {
  auto* thread = static_cast<Thread*>(argument);
  LeaveRestartableSequences();
  thread->fs_base = FsBase();
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  thread->stack_base = reinterpret_cast<void*>((frame - kParkedFrame) & ~std::uintptr_t{63});
  auto* word = reinterpret_cast<std::uint32_t*>(&thread->stack_pointer);
  __atomic_store_n(word, static_cast<std::uint32_t>(SystemCall(SYS_gettid)), __ATOMIC_SEQ_CST);
  SystemCall(SYS_futex, word, FUTEX_WAKE, 1);
  for (;;) SystemCall(SYS_pause);
}

}  // namespace

void CreatePuppets(std::uint32_t count) {
  Execution& execution = TheExecution();
  if (count > kMaxThreads) count = kMaxThreads;
  for (std::uint32_t slot = execution.puppet_count; slot < count; ++slot) {
    const std::uintptr_t region = kPuppetAddress + slot * kPuppetRegionSize;
    const long got = SystemCall(SYS_mmap, region, kPuppetRegionSize, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE | MAP_STACK, -1, 0);
    RC_CHECK(static_cast<std::uintptr_t>(got) == region);
    Thread& thread = execution.threads[slot];
    thread.stack_pointer = nullptr;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    RC_CHECK(pthread_attr_setstack(&attributes, reinterpret_cast<void*>(region), kPuppetRegionSize) == 0);
    pthread_t handle;
    RC_CHECK(execution.real.pthread_create(&handle, &attributes, Park, &thread) == 0);
    auto* word = reinterpret_cast<std::uint32_t*>(&thread.stack_pointer);
    while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0) SystemCall(SYS_futex, word, FUTEX_WAIT, 0, 0);
    FindThreadNumber(thread, *word);
    thread.handle = handle;
    execution.carriers[slot] = {thread.fs_base, thread.stack_base, thread.handle};
    // Below the stack: no memory, so that running over its end is a fault we can name. Nothing is mapped there at all,
    // because a fork copies each mapping, also one that cannot be touched.
    const std::uintptr_t guard_end =
        (reinterpret_cast<std::uintptr_t>(thread.stack_base) - kPuppetStackSize) & ~(kPageSize - 1);
    RC_CHECK(SystemCall(SYS_munmap, region, guard_end - region) == 0);
  }
  if (execution.tls_image == nullptr && count > 0) {
    // All puppets begin alike: the first one's storage is the image of a new thread's.
    execution.tls_image = reinterpret_cast<void*>(kSnapshotAddress + kSnapshotSize / 2);
    std::memcpy(execution.tls_image, reinterpret_cast<char*>(execution.threads[0].fs_base) - execution.tls_size,
                execution.tls_size);
  }
  if (execution.puppet_count < count) execution.puppet_count = count;
}

namespace {

// A puppet that no thread of this process runs on: the slot's own, unless the thread that this process began with, in a
// slot of its own, took over the one its parent ran on.
ThreadSlot FreeCarrier(ThreadSlot wanted) {
  const Execution& execution = TheExecution();
  const auto is_free = [&](ThreadSlot carrier) {
    for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
      const Thread& thread = execution.threads[slot];
      if (slot != wanted && thread.process == execution.this_process && thread.state == Thread::State::kLive &&
          thread.handle == execution.carriers[carrier].handle) {
        return false;
      }
    }
    return true;
  };
  if (is_free(wanted)) return wanted;
  for (ThreadSlot carrier = 0; carrier < execution.puppet_count; ++carrier) {
    if (is_free(carrier)) return carrier;
  }
  return wanted;
}

}  // namespace

void PreparePuppet(ThreadSlot slot) {
  Execution& execution = TheExecution();
  Thread& thread = execution.threads[slot];
  if (__builtin_expect(execution.is_shared, 0)) {
    const auto& carrier = execution.carriers[execution.has_processes ? FreeCarrier(slot) : slot];
    thread.fs_base = carrier.fs_base;
    thread.stack_base = carrier.stack_base;
    thread.handle = carrier.handle;
  }
  std::memcpy(reinterpret_cast<char*>(thread.fs_base) - execution.tls_size, execution.tls_image, execution.tls_size);
  // What racecourse_switch_context pops; see there. The entry expects an aligned stack, as after a jump.
  auto* frame = static_cast<std::uint64_t*>(thread.stack_base) - 8;
  frame[0] = 0x1f80 | std::uint64_t{0x037f} << 32;  // MXCSR and x87 control word as the ABI has them at start
  for (int i = 1; i <= 6; ++i) frame[i] = 0;
  frame[7] = reinterpret_cast<std::uint64_t>(&racecourse_thread_entry);
  thread.stack_pointer = frame;
}

ThreadSlot SlotOfHandle(unsigned long handle) {
  if (handle < kPuppetAddress) return kNoThread;
  const std::uint64_t slot = (handle - kPuppetAddress) / kPuppetRegionSize;
  const Execution& execution = TheExecution();
  if (slot >= execution.puppet_count) return kNoThread;
  const Thread& thread = execution.threads[slot];
  if (thread.handle == handle && thread.process == execution.this_process) return static_cast<ThreadSlot>(slot);
  for (ThreadSlot other = 0; other < execution.slots_in_use && execution.has_processes; ++other) {
    const Thread& candidate = execution.threads[other];
    if (candidate.process == execution.this_process && candidate.handle == handle &&
        candidate.state != Thread::State::kFree) {
      return other;
    }
  }
  return thread.handle == handle ? static_cast<ThreadSlot>(slot) : kNoThread;
}

ThreadSlot ClaimSlot(ThreadSlot creator) {
  Execution& execution = TheExecution();
  const ThreadClock& known = execution.threads[creator].accessor.clock;
  ThreadSlot slot = kNoThread;
  for (ThreadSlot i = 1; i < execution.slots_in_use && slot == kNoThread; ++i) {
    const Thread& thread = execution.threads[i];
    // A later thread in the slot must not seem to have done what an unknown earlier one did, nor to hold its locks.
    if (thread.locks_held > 0) continue;
    if (thread.state == Thread::State::kFree && thread.accessor.clock.entries[i] <= known.entries[i]) slot = i;
  }
  if (slot != kNoThread) return slot;
  slot = execution.slots_in_use;
  if (slot == kMaxThreads) {
    // Detached threads are known to nobody when they end. With every slot used, one of theirs has to do: the new thread
    // then seems to know what the old one did, which can hide a race and cannot make one up.
    for (ThreadSlot i = 1; i < kMaxThreads; ++i) {
      if (execution.threads[i].state == Thread::State::kFree) return i;
    }
    ReportUncontrolled("more than 256 threads are alive at once");
  }
  if (slot >= execution.puppet_count) {
    Shared().puppets = execution.puppet_count * 2;
    EndExplorer(ExplorerResult::kNeedsPuppets);
  }
  ++execution.slots_in_use;
  // Nobody knows anything of the new slot yet.
  for (ThreadSlot i = 0; i < execution.slots_in_use; ++i) {
    execution.threads[i].accessor.clock.entries[slot] = execution.clock_base;
  }
  return slot;
}

}  // namespace racecourse
