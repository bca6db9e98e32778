// Puppets: parked OS threads whose stacks and FS bases the one running thread borrows, so that thread_local variables,
// errno, pthread_self, exceptions and libc's own per-thread state are those of a real thread, while a thread switch
// stays a register swap. Puppet n lives in the n-th region at kPuppetAddress and carries thread slot n.
#ifndef RACECOURSE_EXECUTION_PUPPET_H_
#define RACECOURSE_EXECUTION_PUPPET_H_

#include "framework/core/types.h"

namespace racecourse {

// Makes puppets until there are `count`. Engine code, before the image is protected.
void CreatePuppets(std::uint32_t count);

// The running OS thread has no area of restartable sequences any more (rseq).
void LeaveRestartableSequences();

// Makes the puppet of `slot` ready to run racecourse_thread_main: fresh stack, fresh thread_local storage.
void PreparePuppet(ThreadSlot slot);

// The slot whose puppet has this pthread_t; kNoThread if none has.
ThreadSlot SlotOfHandle(unsigned long handle);

// The slot for a new thread created by `creator`, reusing that of a thread whose end the creator knows of. Ends the
// process with ExplorerResult::kNeedsPuppets when there are not enough carriers.
ThreadSlot ClaimSlot(ThreadSlot creator);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_PUPPET_H_
