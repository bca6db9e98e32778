// What ends a process, or a thread's thread_local objects: exit, abort, assert, __cxa_thread_atexit, keys.

#include <assert.h>
#include <cxxabi.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/names.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/processes.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

// A whole program ends as it likes; a test may not.
[[noreturn]] void EndProcess(const char* function, void (*end)(int), int status) {
  if (TheExecution().is_whole_program || !IsRootProcess()) end(status);
  FindingBuilder builder(FindingKind::kMisuse);
  WriteThreadName(builder.Message(), *TheExecution().current);
  builder.Message() << " calls " << function
                    << " and so ends the whole process, with every other thread in it, in the middle of the test.";
  builder.AddStackOf(*TheExecution().current) << "called here";
  builder.Report();
}

// Values of keys outside executions, where there is one thread.
void* engine_key_values[Thread::kMaxKeys];

void** KeyValue(pthread_key_t key) {
  Execution& execution = TheExecution();
  if (key >= Thread::kMaxKeys || !execution.keys[key].in_use) return nullptr;
  return execution.current != nullptr ? &execution.current->key_values[key] : &engine_key_values[key];
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

// No header declares it.
extern "C" int __cxa_at_quick_exit(void (*run)(void*), void* library) noexcept;

RC_INTERPOSE void exit(int status) noexcept {
  if (!IsControlled()) RC_REAL(exit)(status);
  EnterUnsafe("exit");
  EndProcess("exit", ExitProcess, status);
}
RC_INTERPOSE void _exit(int status) {
  if (!IsControlled()) RC_REAL(_exit)(status);
  EndProcess("_exit", EndProcessAtOnce, status);
}
RC_INTERPOSE void _Exit(int status) noexcept {
  if (!IsControlled()) RC_REAL(_Exit)(status);
  EndProcess("_Exit", EndProcessAtOnce, status);
}
RC_INTERPOSE void quick_exit(int status) noexcept {
  if (!IsControlled()) RC_REAL(quick_exit)(status);
  EndProcess("quick_exit", QuickExitProcess, status);
}
// Registered under control, a handler belongs to the execution. One from before main runs at the end of every
// execution, and for libc at the end of the process that explores none.
RC_INTERPOSE int __cxa_atexit(void (*run)(void*), void* argument, void* library) noexcept {
  if (!IsExecutionReady()) InitExecution();
  AddExitHandler(run, argument, false);
  return IsControlled() ? 0 : RC_REAL(__cxa_atexit)(run, argument, library);
}
RC_INTERPOSE int __cxa_at_quick_exit(void (*run)(void*), void* library) noexcept {
  if (!IsExecutionReady()) InitExecution();
  AddExitHandler(run, nullptr, true);
  return IsControlled() ? 0 : RC_REAL(__cxa_at_quick_exit)(run, library);
}
RC_INTERPOSE void abort() noexcept {
  if (!IsControlled()) RC_REAL(abort)();
  if (!IsRootProcess()) CrashThisProcess(SIGABRT, "calls abort");
  FindingBuilder builder(FindingKind::kCrash);
  WriteThreadName(builder.Message(), *TheExecution().current);
  builder.Message() << " calls abort.";
  builder.AddStackOf(*TheExecution().current) << "called here";
  builder.Report();
}
RC_INTERPOSE void __assert_fail(const char* condition, const char* file, unsigned line, const char* function) noexcept {
  if (!IsControlled()) RC_REAL(__assert_fail)(condition, file, line, function);
  FindingBuilder builder(FindingKind::kAssertion);
  WriteThreadName(builder.Message(), *TheExecution().current);
  builder.Message() << ": assertion `" << condition << "' failed.";
  builder.AddStackOf(*TheExecution().current) << "asserted here";
  builder.Report();
}

// Destructors of thread_local objects. Source: Itanium C++ ABI, 3.3.5.3 as extended by compilers for thread storage.
RC_INTERPOSE int __cxa_thread_atexit(void (*destroy)(void*), void* object, void* library) noexcept {
  if (!IsControlled()) {
    using Register = int (*)(void (*)(void*), void*, void*);
    return reinterpret_cast<Register>(FindRealFunction("__cxa_thread_atexit_impl"))(destroy, object, library);
  }
  Execution& execution = TheExecution();
  auto* handler = static_cast<ThreadExitHandler*>(execution.arena.Allocate(sizeof(ThreadExitHandler)));
  *handler = {destroy, object, execution.current->exit_handlers};
  execution.current->exit_handlers = handler;
  return 0;
}

RC_INTERPOSE int pthread_key_create(pthread_key_t* key, void (*destroy)(void*)) noexcept {
  Execution& execution = TheExecution();
  for (std::uint32_t i = 0; i < Thread::kMaxKeys; ++i) {
    if (execution.keys[i].in_use || execution.keys[i].is_deleted) continue;
    execution.keys[i] = {true, IsControlled(), false, destroy};
    execution.keys_changed |= IsControlled();
    *key = i;
    return 0;
  }
  return EAGAIN;
}
RC_INTERPOSE int pthread_key_delete(pthread_key_t key) noexcept {
  if (KeyValue(key) == nullptr) return EINVAL;
  Execution& execution = TheExecution();
  execution.keys[key].in_use = false;
  if (IsControlled() && !execution.keys[key].is_of_execution) execution.keys[key].is_deleted = execution.keys_changed = true;
  return 0;
}
RC_INTERPOSE void* pthread_getspecific(pthread_key_t key) noexcept {
  void** value = KeyValue(key);
  return value != nullptr ? *value : nullptr;
}
RC_INTERPOSE int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
  void** place = KeyValue(key);
  if (place == nullptr) return EINVAL;
  *place = const_cast<void*>(value);
  if (IsControlled()) TheExecution().current->has_key_values = true;
  return 0;
}
