// One explorer process: runs the executions its order asks for, in a loop, without leaving the process.
#ifndef RACECOURSE_EXECUTION_EXPLORER_H_
#define RACECOURSE_EXECUTION_EXPLORER_H_

namespace racecourse {

// The code to run under control, once per execution.
struct Scenario {
  void (*body)(void*) = nullptr;
  void* argument = nullptr;
  bool is_whole_program = false;
};

// What a process has for itself, beside the explorer also each program that joins its execution.
// Memory for the stacks of allocations.
void AllocateRecords();
// Handlers that the program installed before its main began.
void FindInitialActions();
// Nothing is known of the accesses of precompiled libraries to their data.
void IgnoreForeignData();

// Carries out Shared().order and ends the process; the result is in shared memory. Called in a fresh child process.
[[noreturn]] void RunExplorer(const Scenario& scenario);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_EXPLORER_H_
