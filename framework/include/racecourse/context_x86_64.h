// Switching stacks on x86-64, System V ABI. For another processor, write these two functions and FirstFrame anew and
// include them from context.h.
#ifndef RACECOURSE_CONTEXT_X86_64_H_
#define RACECOURSE_CONTEXT_X86_64_H_

#include <cstdint>

namespace racecourse::internal {

// Saves what belongs to the caller (rbx, rbp, r12 to r15, MXCSR and the x87 control word) on its stack, stores where
// that is to *saved, and goes on where `next` was saved.
__attribute__((naked, noinline)) inline void SwitchStacks(void** saved, void* next) {
  asm volatile(
      "pushq %rbp\n\t"
      "pushq %rbx\n\t"
      "pushq %r12\n\t"
      "pushq %r13\n\t"
      "pushq %r14\n\t"
      "pushq %r15\n\t"
      "subq $8, %rsp\n\t"
      "stmxcsr (%rsp)\n\t"
      "fnstcw 4(%rsp)\n\t"
      "movq %rsp, (%rdi)\n\t"
      "movq %rsi, %rsp\n\t"
      "ldmxcsr (%rsp)\n\t"
      "fldcw 4(%rsp)\n\t"
      "addq $8, %rsp\n\t"
      "popq %r15\n\t"
      "popq %r14\n\t"
      "popq %r13\n\t"
      "popq %r12\n\t"
      "popq %rbx\n\t"
      "popq %rbp\n\t"
      "retq");
}

// Where a new stack begins: calls the function in r12 with the argument in rbx. It has no caller, which tells unwinders
// to stop.
__attribute__((naked, noinline)) inline void StackEntry() {
  asm volatile(
      ".cfi_undefined rip\n\t"
      "movq %rbx, %rdi\n\t"
      "callq *%r12\n\t"
      "ud2");
}

// Fills the top of a new stack such that SwitchStacks to the result calls `function(argument)` on it.
inline void* FirstFrame(void* stack_end, void (*function)(void*), void* argument) {
  auto* frame = reinterpret_cast<std::uint64_t*>(reinterpret_cast<std::uintptr_t>(stack_end) & ~std::uintptr_t{15}) - 8;
  frame[0] = 0x1f80 | std::uint64_t{0x037f} << 32;  // the control words as they are when a program starts
  frame[1] = frame[2] = frame[3] = frame[6] = 0;    // r15, r14, r13, rbp
  frame[4] = reinterpret_cast<std::uint64_t>(function);
  frame[5] = reinterpret_cast<std::uint64_t>(argument);
  frame[7] = reinterpret_cast<std::uint64_t>(&StackEntry);
  return frame;
}

}  // namespace racecourse::internal

#endif  // RACECOURSE_CONTEXT_X86_64_H_
