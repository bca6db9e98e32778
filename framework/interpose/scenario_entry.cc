// The doors through which a program's own main, or the GoogleTest side of a test program, starts a scenario.

#include "framework/execution/scenario_entry.h"

#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "framework/execution/execution.h"
#include "framework/execution/explorer_process.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/joined_program.h"
#include "framework/execution/leftovers.h"
#include "framework/execution/process_exit.h"
#include "framework/execution/puppet.h"
#include "framework/execution/settings.h"
#include "framework/execution/supervisor.h"
#include "framework/execution/wait.h"
#include "framework/interpose/forward.h"

using namespace racecourse;

RC_INTERPOSE int racecourse_run_scenario(const char* name, const char* file, int line, int schedules,
                                         const char* body_function, void (*body)(), char* message,
                                         unsigned long message_size) {
  ScenarioDescription description;
  description.name = name;
  description.file = file;
  description.line = line;
  description.schedules = schedules > 0 ? static_cast<std::uint64_t>(schedules) : 1;
  description.body_function = body_function;
  Scenario scenario;
  scenario.body = [](void* function) { reinterpret_cast<void (*)()>(function)(); };
  scenario.argument = reinterpret_cast<void*>(body);
  if (TheSettings().error != nullptr) {
    std::snprintf(message, message_size, "%s", TheSettings().error);
    return static_cast<int>(ScenarioStatus::kError);
  }
  // Ctrl-C ends the explorer, and then what it left is cleared up.
  CatchInterrupts();
  const ScenarioReport report = RunScenario(description, scenario);
  std::snprintf(message, message_size, "%s%s%s", report.message.c_str(),
                report.schedule.empty() ? "" : "\nschedule: ", report.schedule.c_str());
  return static_cast<int>(report.status);
}

RC_INTERPOSE void racecourse_begin_trace() { BeginTrace(); }
RC_INTERPOSE void racecourse_end_trace(int tests, int failed) { EndTrace(tests, failed); }
RC_INTERPOSE int racecourse_trace_descriptor() { return TheSettings().trace_fd; }
RC_INTERPOSE void racecourse_suspend() {
  Execution& execution = TheExecution();
  execution.suspended = execution.current;
  execution.current = nullptr;
}
RC_INTERPOSE void racecourse_resume() {
  Execution& execution = TheExecution();
  execution.current = execution.suspended;
  execution.suspended = nullptr;
}
RC_INTERPOSE int racecourse_is_controlled() { return IsControlled() || TheExecution().suspended != nullptr ? 1 : 0; }
RC_INTERPOSE void racecourse_fail_assertion(const char* message) {
  if (TheExecution().suspended != nullptr) racecourse_resume();
  Thread& self = *TheExecution().current;
  FindingBuilder builder(self.next_failure);
  builder.Message() << message;
  builder.AddStackOf(self) << "the expectation that fails";
  builder.Report();
}
RC_INTERPOSE void racecourse_next_failure_is_starvation() {
  if (IsControlled()) TheExecution().current->next_failure = FindingKind::kStarvation;
}
RC_INTERPOSE void racecourse_next_failure_is_lost_task() {
  if (IsControlled()) TheExecution().current->next_failure = FindingKind::kLostTask;
}
RC_INTERPOSE void racecourse_next_failure_is_isolation_breach() {
  if (IsControlled()) TheExecution().current->next_failure = FindingKind::kIsolationBreach;
}
RC_INTERPOSE void racecourse_check_descriptors(const int* allowed, unsigned count) {
  if (IsControlled()) CheckDescriptors(allowed, count);
}
RC_INTERPOSE int racecourse_is_waiting(pthread_t handle) {
  if (!IsControlled()) return 0;
  const ThreadSlot slot = SlotOfHandle(handle);
  return slot != kNoThread && IsWaiting(slot) ? 1 : 0;
}

// A whole program (linked with --wrap=main): its main is the scenario.
extern "C" __attribute__((weak)) int __real_main(int argc, char** argv, char** environment);

namespace {

struct MainArguments {
  int argc;
  char** argv;
  char** environment;
};

// A copy of `strings` on the setup heap. The originals stand on the process's first stack, which is not part of the
// image that executions start from, and programs do change them: getopt puts options first.
char** CopyStrings(char** strings) {
  std::size_t count = 0;
  while (strings[count] != nullptr) ++count;
  auto** copy = static_cast<char**>(std::malloc((count + 1) * sizeof(char*)));
  for (std::size_t i = 0; i < count; ++i) copy[i] = strdup(strings[i]);
  copy[count] = nullptr;
  return copy;
}

void RunMain(void* p) {
  const auto* main_arguments = static_cast<const MainArguments*>(p);
  ReturnFromProgram(__real_main(main_arguments->argc, main_arguments->argv, main_arguments->environment));
}

[[noreturn]] void JoinWithMain(int argc, char** argv, char** environment) {
  environ = CopyStrings(environment);
  MainArguments arguments = {argc, CopyStrings(argv), environ};
  Scenario scenario;
  scenario.body = RunMain;
  scenario.argument = &arguments;
  RunJoinedProgram(scenario);
}

}  // namespace

RC_INTERPOSE int __wrap_main(int argc, char** argv, char** environment) {
  if (HasJoined()) JoinWithMain(argc, argv, environment);
  if (TheSettings().trace_fd < 0) return __real_main(argc, argv, environment);  // started by hand: an ordinary program
  if (TheSettings().error != nullptr) {
    std::fprintf(stderr, "racecourse: %s\n", TheSettings().error);
    return kEngineFailureStatus;
  }
  environ = CopyStrings(environment);
  MainArguments arguments = {argc, CopyStrings(argv), environ};
  ScenarioDescription description;
  description.name = "main";
  description.file = argv[0];
  Scenario scenario;
  scenario.is_whole_program = true;
  scenario.body = RunMain;
  scenario.argument = &arguments;
  CatchInterrupts();
  BeginTrace();
  const ScenarioReport report = RunScenario(description, scenario);
  const bool failed = report.status == ScenarioStatus::kFailed;
  EndTrace(1, failed ? 1 : 0);
  if (report.status == ScenarioStatus::kError) return kEngineFailureStatus;
  return failed ? 1 : 0;
}
