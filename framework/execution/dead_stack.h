// Uses of another thread's stack that come too late: the thread has ended, or the function has returned.
//
// While a thread waits its stack pointer is known, so that every address below it, as far as the program's own frames
// go, belongs to no variable any more. Source of the frames' layout: System V AMD64 ABI, 3.2.2; the engine's own frames
// below the program's are followed by their frame pointers. Guarantee: reports only uses of memory in which no object
// lives. It looks when a thread touches what it has not touched since it last published something; a second use may
// slip through where the first one came in time. Within a function that still runs nothing is known of its blocks.
// Threads: used by the one running thread only.
#ifndef RACECOURSE_EXECUTION_DEAD_STACK_H_
#define RACECOURSE_EXECUTION_DEAD_STACK_H_

#include "framework/core/address_space.h"
#include "framework/core/types.h"

namespace racecourse {

// The address lies in the stack or the thread storage of a puppet, and not of the one that carries `self`.
inline bool IsOfAnotherThread(std::uintptr_t address, ThreadSlot self) {
  const std::uintptr_t puppet = (address - kPuppetAddress) / kPuppetRegionSize;
  return puppet < kMaxThreads && puppet != self;
}

// Reports the access of the current thread if nothing lives at `address`.   REQUIRES: IsOfAnotherThread.
void CheckForeignAccess(std::uintptr_t address, std::size_t size, bool is_write, bool is_atomic);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_DEAD_STACK_H_
