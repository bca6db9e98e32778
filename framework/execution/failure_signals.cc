#include "framework/execution/failure_signals.h"

#include <cxxabi.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#include <exception>
#include <typeinfo>

#include "framework/execution/execution.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/names.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/state_hash.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kSignalStackSize = 256 << 10;
// Seconds of CPU time without a single call into the engine after which program code counts as stuck.
constexpr unsigned kStuckSeconds = 5;
// Instructions of such code that are looked at one by one.
constexpr std::uint32_t kSingleSteps = 100'000;
constexpr greg_t kTrapFlag = 1 << 8;

const char* SignalMeaning(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "an access to memory that is not there (SIGSEGV)";
    case SIGBUS:
      return "an access to memory that is not there (SIGBUS)";
    case SIGFPE:
      return "an arithmetic fault such as a division by zero (SIGFPE)";
    case SIGILL:
      return "an illegal instruction (SIGILL): the compiler puts one where a function's end must not be reached";
    case SIGTRAP:
      return "a trap (SIGTRAP)";
    case SIGABRT:
      return "abort";
    default:
      return "a signal";
  }
}

// A call of a null pointer whose argument is the frame of a coroutine at its final suspend point: the address of its
// second function stands there, that of the first is null. So resumes compiled code that trusts a handle which an
// await_suspend returned; see interpose/coroutine.cc for the others.
bool IsTransferToFinished(const Execution& execution, const greg_t* registers) {
  if (registers[REG_RIP] != 0) return false;
  const auto argument = static_cast<std::uintptr_t>(registers[REG_RDI]);
  const bool is_readable =
      argument % 8 == 0 &&
      (execution.scenario_heap.Owns(reinterpret_cast<void*>(argument)) ||
       (argument >= execution.data_begin && argument < execution.data_end) ||
       (argument >= kPuppetAddress && argument < kPuppetAddress + kMaxThreads * kPuppetRegionSize));
  if (!is_readable) return false;
  const auto* frame = reinterpret_cast<const std::uint64_t*>(argument);
  return frame[0] == 0 && frame[1] >= execution.code_begin && frame[1] < execution.code_end;
}

// The stack need not be the thread's: a program may switch stacks by itself.
bool IsStackOverflow(const Thread& self, std::uintptr_t address, const greg_t* registers) {
  const auto stack_top = reinterpret_cast<std::uintptr_t>(self.stack_base);
  if (address < stack_top && address > stack_top - kPuppetRegionSize) return true;
  constexpr std::uintptr_t kNear = 256;
  const auto stack_pointer = static_cast<std::uintptr_t>(registers[REG_RSP]);
  return address >= stack_pointer - kNear && address < stack_pointer + kNear;
}

void OnFault(int signal, siginfo_t* info, void* context) {
  Execution& execution = TheExecution();
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (signal == SIGSEGV && info->si_code == SEGV_ACCERR && execution.image.HandleWrite(address)) return;
  // A fault while a fault is reported would go on for ever.
  if (++execution.faults > 1) CheckFailed("no fault while one is reported", "failure_signals.cc", signal);
  if (execution.current == nullptr) CheckFailed("the engine itself faulted", "failure_signals.cc", signal);
  const Thread& self = *execution.current;
  if (!IsRootProcess()) {
    char how[160];
    Text(how) << "crashes: " << SignalMeaning(signal);
    CrashThisProcess(signal, how);
  }
  const greg_t* registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
  const bool is_transfer = signal == SIGSEGV && IsTransferToFinished(execution, registers);
  FindingBuilder builder(is_transfer ? FindingKind::kMisuse : FindingKind::kCrash);
  WriteThreadName(builder.Message(), self);
  if (is_transfer) {
    builder.Message() << " transfers control to a coroutine that has finished: it stands at its final suspend point, "
                         "from which it can only be destroyed.";
  } else if (signal == SIGSEGV && IsStackOverflow(self, address, registers)) {
    builder.Message()
        << " runs over the end of its stack: a recursion without end, or a local variable of many megabytes.";
  } else {
    builder.Message() << " crashes: " << SignalMeaning(signal);
    if (signal == SIGSEGV || signal == SIGBUS) {
      builder.Message() << " at address ";
      builder.Message().Hex(address);
      if (address < kPageSize) builder.Message() << ", close to a null pointer";
    }
    builder.Message() << '.';
  }
  builder.AddStackOf(self) << (is_transfer ? "in here" : "crashes here");
  if (registers[REG_RIP] == 0 && execution.records) {
    Stack& stack = Shared().finding.stacks[0].stack;
    stack.count = 0;
    // An unwinder gives up at a null address.
    const auto stack_pointer = static_cast<std::uint64_t>(registers[REG_RSP]);
    if (IsOnAStack(stack_pointer)) {
      stack.frames[stack.count++] = *reinterpret_cast<const std::uint64_t*>(stack_pointer) - 1;
      FollowFramePointers(static_cast<std::uint64_t>(registers[REG_RBP]), &stack);
    }
  }
  builder.Report();
}

[[noreturn]] void ReportLoopWithoutCalls(const char* how) {
  FindingBuilder builder(FindingKind::kLivelock);
  WriteThreadName(builder.Message(), *TheExecution().current);
  builder.Message()
      << " is in a loop that neither touches memory nor calls anything that could let another thread run: " << how
      << ". It never yields, and never ends.";
  builder.AddStackOf(*TheExecution().current) << "loops here";
  builder.Report();
}

// The processor stops after every instruction of a loop that may be endless: if all its registers and all memory are as
// they were before, it is.
void OnTrap(int signal, siginfo_t* info, void* context) {
  Execution& execution = TheExecution();
  if (info->si_code != TRAP_TRACE || execution.single_steps_left == 0) return OnFault(signal, info, context);
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  std::uint64_t hash = 0;
  for (const int number : {REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RDI, REG_RSI,
                           REG_RBP, REG_RBX, REG_RDX, REG_RAX, REG_RCX, REG_RSP, REG_RIP}) {
    hash = MixSeed(hash ^ static_cast<std::uint64_t>(registers[number]));
  }
  Thread& self = *execution.current;
  self.program_stack_pointer = static_cast<std::uintptr_t>(registers[REG_RSP]);
  self.registers_hash = hash;
  self.state_window = execution.progress.window;
  const auto code = static_cast<std::uint64_t>(registers[REG_RIP]);
  std::uint64_t state = 0;
  if (code == execution.single_step_code && hash == execution.single_step_registers && HashState(&state) &&
      state == execution.single_step_state) {
    ReportLoopWithoutCalls("its registers, and all memory, are what they were before");
  }
  if (execution.single_step_code == 0) {
    execution.single_step_code = code;
    execution.single_step_registers = hash;
    if (!HashState(&execution.single_step_state)) execution.single_steps_left = 1;
  }
  if (--execution.single_steps_left == 0) registers[REG_EFL] &= ~kTrapFlag;
}

// Once per second of CPU time: has program code called us since?
void OnTimer(int, siginfo_t*, void* context) {
  Execution& execution = TheExecution();
  if (execution.current == nullptr) {
    execution.watch_rounds = 0;
    return;
  }
  const std::uint64_t marks[2] = {execution.arrivals + (Shared().current_execution << 32),
                                  static_cast<std::uint64_t>(execution.access_budget + execution.slice_left)};
  if (marks[0] != execution.watch_marks[0] || marks[1] != execution.watch_marks[1]) {
    execution.watch_marks[0] = marks[0];
    execution.watch_marks[1] = marks[1];
    execution.watch_rounds = 0;
    return;
  }
  if (++execution.watch_rounds >= kStuckSeconds) {
    ReportLoopWithoutCalls("five seconds of processor time passed in it");
  }
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const auto code = static_cast<std::uint64_t>(registers[REG_RIP]);
  if (code >= execution.engine_code_begin && code < execution.engine_code_end) return;
  ++execution.progress.window;
  execution.single_step_code = 0;
  execution.single_steps_left = kSingleSteps;
  registers[REG_EFL] |= kTrapFlag;
}

void Install(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
  RC_CHECK(sigaction(signal, &action, nullptr) == 0);
}

}  // namespace

void InstallFailureSignals() {
  stack_t stack = {};
  const long memory =
      SystemCall(SYS_mmap, 0, kSignalStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  RC_CHECK(memory > 0);
  stack.ss_sp = reinterpret_cast<void*>(memory);
  stack.ss_size = kSignalStackSize;
  RC_CHECK(sigaltstack(&stack, nullptr) == 0);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) Install(signal, OnFault);
  Install(SIGTRAP, OnTrap);
  Install(SIGVTALRM, OnTimer);
  itimerval interval = {};
  interval.it_interval.tv_sec = 1;
  interval.it_value.tv_sec = 1;
  RC_CHECK(setitimer(ITIMER_VIRTUAL, &interval, nullptr) == 0);
  std::set_terminate(ReportTerminate);
}

void ReportTerminate() {
  Execution& execution = TheExecution();
  if (execution.current == nullptr) CheckFailed("std::terminate in engine code", "failure_signals.cc", 0);
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) {
    ReportAtCurrentThread(FindingKind::kMisuse,
                          "std::terminate was called without an exception: most often a std::thread was destroyed, or "
                          "assigned to, while it was still joinable (neither join nor detach had been called).");
  }
  FindingBuilder builder(FindingKind::kCrash);
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  WriteThreadName(builder.Message(), *execution.current);
  builder.Message() << " throws an exception that nobody catches: "
                    << (status == 0 && name != nullptr ? name : type->name());
  // Asking the exception itself is program code; it runs like any other.
  try {
    throw;
  } catch (const std::exception& exception) {
    builder.Message() << " (" << exception.what() << ')';
  } catch (...) {
  }
  builder.Message()
      << ". An exception that leaves a thread's function, or a noexcept function, ends the whole program.";
  builder.AddStackOf(*execution.current) << "not caught here";
  builder.Report();
}

}  // namespace racecourse
