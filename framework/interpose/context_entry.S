// getcontext, setcontext and swapcontext return twice, or elsewhere, so nothing of ours may stay on the stack: each tells
// the engine (context.cc), which returns libc's own function, and goes on there with the arguments as they were.

        .text
        .globl  getcontext
        .type   getcontext, @function
        .p2align 4
getcontext:
        .cfi_startproc
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        call    racecourse_before_getcontext
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        jmpq    *%rax
        .cfi_endproc
        .size   getcontext, . - getcontext

        .globl  setcontext
        .type   setcontext, @function
        .p2align 4
setcontext:
        .cfi_startproc
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        call    racecourse_before_setcontext
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        jmpq    *%rax
        .cfi_endproc
        .size   setcontext, . - setcontext

        .globl  swapcontext
        .type   swapcontext, @function
        .p2align 4
swapcontext:
        .cfi_startproc
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        pushq   %rsi
        .cfi_adjust_cfa_offset 8
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    racecourse_before_swapcontext
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        popq    %rsi
        .cfi_adjust_cfa_offset -8
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        jmpq    *%rax
        .cfi_endproc
        .size   swapcontext, . - swapcontext

// Where the function of a made context returns to. Its caller is undefined: an unwinder stops here.
        .globl  racecourse_context_return
        .type   racecourse_context_return, @function
        .p2align 4
        .cfi_startproc
        .cfi_undefined rip
        nop                             // unwinders look up the byte before a return address
racecourse_context_return:
        movq    %rbx, %rdi
        call    racecourse_context_ends
        ud2
        .cfi_endproc
        .size   racecourse_context_return, . - racecourse_context_return

        .section .note.GNU-stack, "", @progbits
