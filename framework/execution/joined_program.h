// Programs under control that a process of the execution becomes by exec: those that have the very same engine in them.
//
// The process stays the kernel's. The new program finds the memory that processes of the execution share again
// (segments.h), takes over the place of the process and of the thread that called exec, and goes on under the same
// scheduler. What is behind Execution::private_begin it begins anew. How it is told: by an environment variable, which
// is gone before program code runs. The first process cannot do this, because the engine itself lives in it.
//
// Constructors of global objects run before the program joins: they are one step, as they are in the first program.
#ifndef RACECOURSE_EXECUTION_JOINED_PROGRAM_H_
#define RACECOURSE_EXECUTION_JOINED_PROGRAM_H_

#include "framework/execution/execution.h"
#include "framework/execution/explorer.h"
#include "framework/execution/foreign_program.h"

namespace racecourse {

// True if the current process can become this program and stay under control.
bool CanJoin(const ProgramImage& image);
// Does so. Returns only if the kernel refuses: its error number.
int BecomeJoinedProgram(const ProgramImage& image);

// In the new program, before anything else: reads and removes the variable. True if it is there; the memory that the
// supervisor made is then mapped.
bool JoinsExecution(char** environment);
// True in a program that joins, or has joined.
bool HasJoined();
// The end of what runs before main: from here on the program is under control.
[[noreturn]] void RunJoinedProgram(const Scenario& scenario);

// The program file that this process runs.
void DescribeImage(ProgramImageRecord* image);

// Strategies are objects with virtual functions, in memory that several programs share, each of which has its own
// copies of these functions: makes this one's be called.
void TakeStrategies();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_JOINED_PROGRAM_H_
