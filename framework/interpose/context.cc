// makecontext, swapcontext and relatives: stacks that a program switches between by itself. libc's own functions do the
// switching; here the engine learns of it. Source: POSIX.1-2004 (they left the standard in 2008), glibc.
//
// What belongs to a thread stays the thread's (FS base, thread_local, errno), as in libc. One thing is done better: the
// exceptions that a context is handling are its own (Itanium C++ ABI 2.2.2 keeps them per thread), so that a context
// may be left inside a catch block.

#include <cxxabi.h>
#include <stdarg.h>
#include <stdlib.h>
#include <ucontext.h>

#include <cstring>

#include "framework/execution/finding_builder.h"
#include "framework/execution/names.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

extern "C" void racecourse_context_return();

namespace racecourse {
namespace {

// The part of the context that switching reads and writes: registers, and where libc finds the rest.
constexpr std::size_t kRegistersSize = sizeof(ucontext_t::uc_mcontext.gregs);

// Kept in a part of the context that libc leaves alone.
struct KeptExceptions {
  static constexpr std::uint64_t kMark = 0x5ace'c0de'0e8c'e970;
  std::uint64_t mark;
  std::uint64_t globals[2];  // caughtExceptions, uncaughtExceptions
};
static_assert(sizeof(KeptExceptions) <= sizeof(ucontext_t::uc_mcontext.__reserved1));

void KeepExceptions(ucontext_t* context) {
  KeptExceptions kept = {KeptExceptions::kMark, {}};
  std::memcpy(kept.globals, abi::__cxa_get_globals(), sizeof kept.globals);
  std::memcpy(context->uc_mcontext.__reserved1, &kept, sizeof kept);
}

void BringBackExceptions(const ucontext_t* context) {
  KeptExceptions kept;
  std::memcpy(&kept, context->uc_mcontext.__reserved1, sizeof kept);
  if (kept.mark == KeptExceptions::kMark) std::memcpy(abi::__cxa_get_globals(), kept.globals, sizeof kept.globals);
}

// libc is not instrumented: what it does to the context is announced here.
void Access(Execution& execution, const ucontext_t* context, bool is_write) {
  const auto address = reinterpret_cast<std::uintptr_t>(&context->uc_mcontext.gregs);
  if (execution.records) {
    CompletePlainWrite();
    const std::uintptr_t granule = Shared().order.watched_granule;
    if (granule != 0 && address < granule + 8 && address + kRegistersSize > granule) {
      RecordPlainAccess(is_write ? OperationKind::kPlainWrite : OperationKind::kPlainRead, address, kRegistersSize, 0);
    }
  }
  const Conflict conflict = execution.races.AccessRange(execution.current->accessor, address, kRegistersSize, is_write);
  if (conflict.kind == Conflict::Kind::kNone) return;
  if (conflict.kind == Conflict::Kind::kRace && !execution.detects_races) return;
  ReportConflict(conflict, address, kRegistersSize, is_write, false, 0);
}

[[noreturn]] void ReportSharedStack(const Thread& self, const Thread& other) {
  FindingBuilder builder(FindingKind::kMisuse);
  Text& message = builder.Message();
  WriteThreadName(message, self);
  message << " switches to a context whose stack ";
  WriteThreadName(message, other);
  message << " is still running on: the context was passed on before it was saved, or to two threads. Only another "
             "context may pass one on, after the switch away from it.";
  builder.AddStackOf(self) << "switches to it here";
  {
    Text role = builder.AddStackOf(other);
    role << "still runs on that stack";
  }
  builder.Report();
}

// The current thread is about to go on where `context` was saved.
void CheckStack(Execution& execution, const ucontext_t* context) {
  const auto stack_pointer = static_cast<std::uintptr_t>(context->uc_mcontext.gregs[REG_RSP]);
  ShadowPage* page = execution.shadow.PageOf(stack_pointer);
  if (page != nullptr && execution.races.IsFreed(page->cells[ShadowMemory::GranuleOf(stack_pointer)])) {
    ReportAtCurrentThread(FindingKind::kUseAfterFree, "A context is continued whose stack was already freed.");
  }
  if (execution.live_threads == 1) return;
  const ContextStacks::Range* stack = execution.context_stacks.Find(stack_pointer);
  if (stack == nullptr) return;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& other = execution.threads[slot];
    if (&other == execution.current || other.state != Thread::State::kLive) continue;
    if (stack->Contains(reinterpret_cast<std::uintptr_t>(other.stack_pointer))) {
      ReportSharedStack(*execution.current, other);
    }
  }
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

// Called by context_entry.S; each returns libc's function of its name.
extern "C" void* racecourse_before_getcontext(ucontext_t* context) {
  if (IsControlled()) Access(TheExecution(), context, true);
  KeepExceptions(context);
  return reinterpret_cast<void*>(RC_REAL(getcontext));
}
extern "C" void* racecourse_before_setcontext(const ucontext_t* context) {
  if (IsControlled()) {
    Access(TheExecution(), context, false);
    CheckStack(TheExecution(), context);
  }
  BringBackExceptions(context);
  return reinterpret_cast<void*>(RC_REAL(setcontext));
}
extern "C" void* racecourse_before_swapcontext(ucontext_t* from, const ucontext_t* to) {
  if (IsControlled()) {
    Execution& execution = TheExecution();
    Access(execution, to, false);
    CheckStack(execution, to);
    Access(execution, from, true);
  }
  KeepExceptions(from);
  BringBackExceptions(to);
  return reinterpret_cast<void*>(RC_REAL(swapcontext));
}

RC_INTERPOSE void makecontext(ucontext_t* context, void (*function)(), int argument_count, ...) noexcept {
  if (IsControlled()) {
    Execution& execution = TheExecution();
    Access(execution, context, true);
    execution.context_stacks.Add(reinterpret_cast<std::uintptr_t>(context->uc_stack.ss_sp), context->uc_stack.ss_size);
  }
  KeptExceptions none = {KeptExceptions::kMark, {}};
  std::memcpy(context->uc_mcontext.__reserved1, &none, sizeof none);
  // System V AMD64 ABI: six arguments in registers, the others above the return address; aligned to 16 bytes there.
  static constexpr int kRegisters[] = {REG_RDI, REG_RSI, REG_RDX, REG_RCX, REG_R8, REG_R9};
  const int on_stack = argument_count > 6 ? argument_count - 6 : 0;
  auto top = reinterpret_cast<std::uintptr_t>(context->uc_stack.ss_sp) + context->uc_stack.ss_size;
  top = (top - static_cast<std::uintptr_t>(on_stack) * 8) & ~std::uintptr_t{15};
  auto* arguments = reinterpret_cast<greg_t*>(top);
  greg_t* registers = context->uc_mcontext.gregs;
  va_list list;
  va_start(list, argument_count);
  for (int i = 0; i < argument_count; ++i) {
    const greg_t argument = va_arg(list, greg_t);
    if (i < 6) {
      registers[kRegisters[i]] = argument;
    } else {
      arguments[i - 6] = argument;
    }
  }
  va_end(list);
  arguments[-1] = reinterpret_cast<greg_t>(&racecourse_context_return);
  registers[REG_RSP] = reinterpret_cast<greg_t>(arguments - 1);
  registers[REG_RIP] = reinterpret_cast<greg_t>(function);
  registers[REG_RBX] = reinterpret_cast<greg_t>(context->uc_link);
  registers[REG_RBP] = 0;
}

// The function of a made context has returned.
extern "C" [[noreturn]] void racecourse_context_ends(const ucontext_t* next) {
  if (next != nullptr) setcontext(next);
  exit(0);
}

// Fibers as ThreadSanitizer's interface has them: a program that switches stacks by itself announces it so. To the race
// detector a fiber is the thread that runs it, which is what C++ says; one fiber in two threads is an error.
// Source: LLVM, compiler-rt/include/sanitizer/tsan_interface.h.

RC_INTERPOSE void* __tsan_get_current_fiber() {
  if (!IsControlled()) return &TheExecution();
  Thread& self = *TheExecution().current;
  return self.fiber != nullptr ? self.fiber : &self;
}
RC_INTERPOSE void* __tsan_create_fiber(unsigned) {
  return IsControlled() ? TheExecution().arena.Allocate(1) : malloc(1);
}
RC_INTERPOSE void __tsan_destroy_fiber(void* fiber) {
  if (!IsControlled()) return;
  Execution& execution = TheExecution();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& other = execution.threads[slot];
    if (other.state == Thread::State::kLive && other.fiber == fiber) {
      ReportMisuse("destroys a context that a thread is running on");
    }
  }
}
RC_INTERPOSE void __tsan_switch_to_fiber(void* fiber, unsigned) {
  if (!IsControlled()) return;
  Execution& execution = TheExecution();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& other = execution.threads[slot];
    if (&other != execution.current && other.state == Thread::State::kLive && other.fiber == fiber) {
      ReportSharedStack(*execution.current, other);
    }
  }
  execution.context_stacks.NoteFiber();
  execution.current->fiber = fiber;
}
RC_INTERPOSE void __tsan_set_fiber_name(void*, const char*) {}
