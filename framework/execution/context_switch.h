// Lends the one running OS thread to another stack and another FS base: a thread switch without the kernel.
//
// Saves the callee-saved registers and the floating-point control words on the current stack, stores the stack pointer
// to *saved_stack_pointer, then continues where `stack_pointer` was saved, with FS base `fs_base`.
#ifndef RACECOURSE_EXECUTION_CONTEXT_SWITCH_H_
#define RACECOURSE_EXECUTION_CONTEXT_SWITCH_H_

#include <cstdint>

extern "C" {
// For processors with FSGSBASE enabled by the kernel.
void racecourse_switch_context(void** saved_stack_pointer, void* stack_pointer, std::uint64_t fs_base);
// For the others: sets FS base by arch_prctl.
void racecourse_switch_context_by_system_call(void** saved_stack_pointer, void* stack_pointer, std::uint64_t fs_base);
// The first code of a new thread: calls racecourse_thread_main, which never returns.
void racecourse_thread_entry();
}

#endif  // RACECOURSE_EXECUTION_CONTEXT_SWITCH_H_
