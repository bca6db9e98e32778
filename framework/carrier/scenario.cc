// The doors through which a program's own main, or the GoogleTest side of a test program, starts a scenario: the same
// as the engine's, so that both variants are made of the same object files.

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/fork_server.h"
#include "framework/carrier/interceptor.h"
#include "framework/carrier/orders.h"
#include "framework/core/check.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

namespace {

// The results of racecourse_run_scenario.
constexpr int kPassed = 0;
constexpr int kError = 3;

// std::shared_ptr counts without atomics while it believes that there is one thread; under control it never does.
void ExpectThreads() { __libc_single_threaded = 0; }

// A child's end is an operation of its own.
[[noreturn]] void EndChild(int status) {
  if (NextOwnKind() == OperationKind::kProcessEnd) Arrive(OperationKind::kProcessEnd);
  EndChildProcess(status & 0xff);
}

// Runs last of all that runs at the end of a program.
void EndProgram(int status, void*) {
  if (!IsRun() || IsFreeChild()) return;
  if (!IsFollowing()) Finish(Following::kFree);
  if (IsChildProcess()) {
    Suspend();
    fflush(nullptr);  // a pipe may stand behind it
    Resume();
    EndChild(status);
  }
  if (NextOwnKind() == OperationKind::kThreadExit) Arrive(OperationKind::kThreadExit);
  FinishProgram(Following::kEnded);
}
__attribute__((constructor(102))) void Register() { on_exit(EndProgram, nullptr); }

struct MainArguments {
  int argc;
  char** argv;
  char** environment;
};

// Before the destructors of global objects run, other threads may still do something.
void BeginToEnd() {
  if (IsFollowing() && NextOwnKind() == OperationKind::kThreadExit) Arrive(OperationKind::kThreadExit);
}

}  // namespace

RC_CARRY int racecourse_run_scenario(const char* name, const char*, int, int, const char*, void (*body)(),
                                     char* message, unsigned long message_size) {
  CarriedScenario scenario;
  scenario.name = name;
  scenario.body = [](void* function) {
    ExpectThreads();
    reinterpret_cast<void (*)()>(function)();
  };
  scenario.argument = reinterpret_cast<void*>(body);
  if (Serve(scenario)) return kPassed;
  snprintf(message, message_size, "the orders make no sense%s%s", TheOrders().error != nullptr ? ": " : "",
           TheOrders().error != nullptr ? TheOrders().error : "");
  return kError;
}

RC_CARRY void racecourse_begin_trace() { BeginTrace(); }
RC_CARRY void racecourse_end_trace(int, int) { EndTrace(); }
RC_CARRY int racecourse_trace_descriptor() { return -1; }
RC_CARRY void racecourse_suspend() { Suspend(); }
RC_CARRY void racecourse_resume() { Resume(); }
RC_CARRY int racecourse_is_controlled() { return IsFollowingOrSuspended() ? 1 : 0; }
// The program fails its test here, as under the engine: there is no more to follow.
RC_CARRY void racecourse_fail_assertion(const char*) { Finish(Following::kEnded); }
RC_CARRY void racecourse_next_failure_is_starvation() {}
RC_CARRY void racecourse_next_failure_is_lost_task() {}
// Only the engine knows who waits.
RC_CARRY int racecourse_is_waiting(pthread_t) {
  if (IsFollowing()) Finish(Following::kUnsupported);
  return 0;
}
RC_CARRY void racecourse_sometimes(const void*, bool) {}

RC_CARRY void exit(int status) noexcept {
  BeginToEnd();
  // Looked up each time: a static variable here would be one that the program guards.
  reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, "exit"))(status);
  __builtin_unreachable();
}
RC_CARRY void _exit(int status) {
  if (!IsRun() || IsFreeChild()) SystemCall(SYS_exit_group, status);
  if (!IsFollowing()) Finish(Following::kFree);
  if (IsChildProcess()) EndChild(status);
  BeginToEnd();
  FinishProgram(Following::kEnded);
}
RC_CARRY void _Exit(int status) noexcept { _exit(status); }

extern "C" __attribute__((weak)) int __real_main(int argc, char** argv, char** environment);

RC_CARRY int __wrap_main(int argc, char** argv, char** environment) {
  if (TheOrders().trace_fd < 0 && TheOrders().stops == nullptr)
    return __real_main(argc, argv, environment);  // started by hand: an ordinary program
  MainArguments arguments = {argc, argv, environment};
  CarriedScenario scenario;
  scenario.name = "main";
  scenario.body = [](void* p) {
    ExpectThreads();
    const auto* given = static_cast<const MainArguments*>(p);
    const int status = __real_main(given->argc, given->argv, given->environment);
    MarkEndOfProgram();
    exit(status);
  };
  scenario.argument = &arguments;
  BeginTrace();
  const bool served = Serve(scenario);
  EndTrace();
  if (!served) fprintf(stderr, "racecourse: the orders make no sense\n");
  fflush(nullptr);
  quick_exit(served ? 0 : kEngineFailureStatus);
}
