// Is the program where it was before? A hash of everything that decides how an execution goes on: the memory the
// program wrote (globals, heap, stacks, thread_local variables), the registers of its threads at their calls into the
// engine, and what the engine knows of threads and synchronisation objects. Equal states go on alike under equal
// choices, so a state that comes again is a proof that nothing was achieved in between.
//
// Not in it, because they tell how often things happened instead of what is: clocks of the race detector, step numbers,
// and the virtual time itself; in it are how far deadlines are away and how often clocks were read, so a program that
// looks at the time is never taken for one that stands still. Bytes that a program has but never set (padding,
// indeterminate variables) can make equal states look different, never the reverse.
//
// Cost: some microseconds, for small programs. Threads: program code only.
#ifndef RACECOURSE_EXECUTION_STATE_HASH_H_
#define RACECOURSE_EXECUTION_STATE_HASH_H_

#include <cstdint>

#include "framework/execution/execution.h"

namespace racecourse {

// Notes the registers and the stack pointer with which the current thread called the engine.
void CaptureProgramState();

// False if the state is too large to look at (some megabytes, thousands of synchronisation objects).
// REQUIRES: the current thread called CaptureProgramState since it called the engine.
bool HashState(std::uint64_t* hash);

// Overwrites the unused stack below the caller, so that what the engine left there does not become the contents of the
// program's indeterminate variables.
void WipeDeadStack();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_STATE_HASH_H_
