// Programs that a process of the execution becomes by exec and that are not under control (the others:
// joined_program.h): each runs in one step until it ends or waits in the kernel, it and every process it starts.
//
// The process that called exec stays, as the program's *carrier*: it keeps its thread, which is the last one it has,
// its place in the table and its process id, has closed its descriptors, and starts the program as a child of its own.
// Where the program waits it is stopped (SIGSTOP), so that it moves only when it is its carrier's turn. Its carrier is
// enabled again after every operation that may have changed what the program waits for, and when nobody else can move,
// which is when real time passes for a program that sleeps.
//
// Threads: program code only, that is the one running thread.
#ifndef RACECOURSE_EXECUTION_FOREIGN_PROGRAM_H_
#define RACECOURSE_EXECUTION_FOREIGN_PROGRAM_H_

#include "framework/core/text.h"
#include "framework/execution/execution.h"

namespace racecourse {

struct ProgramImage {
  const char* path = nullptr;
  int descriptor = -1;  // not below 0: of the file, in place of a path
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
};

// The current thread's process becomes the program. Returns only if it does not: the kernel's error number.
int BecomeProgram(const ProgramImage& image);

// A signal for a process that has become a program.
void SignalProgram(Process& process, int signal);

// Something changed that programs may wait for.
void RecheckPrograms();
// Nobody can move by itself; `others_can`: when time passes, or by going on although they gave way. True if a program
// is to run first.
bool LetProgramsMove(bool others_can);

bool WaitsInProgram(const Thread& thread);
void DescribeProgramWait(Text& text, const Thread& thread);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_FOREIGN_PROGRAM_H_
