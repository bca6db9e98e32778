// See context_switch.h. System V AMD64 ABI: rbx, rbp, r12-r15, the x87 control word and the MXCSR control bits
// belong to the caller and survive a call.

        .macro  SAVE
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        subq    $8, %rsp
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movl    (%rsp), %r10d
        movl    4(%rsp), %r11d
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        .endm

        .macro  RESTORE
        cmpl    (%rsp), %r10d           // loading either word is slow and seldom needed
        je      1f
        ldmxcsr (%rsp)
1:      cmpw    4(%rsp), %r11w
        je      2f
        fldcw   4(%rsp)
2:      addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        popq    %rcx
        jmpq    *%rcx
        .endm

        .text
        .globl  racecourse_switch_context
        .type   racecourse_switch_context, @function
        .p2align 5
racecourse_switch_context:
        SAVE
        wrfsbase %rdx
        RESTORE
        .size   racecourse_switch_context, . - racecourse_switch_context

        .globl  racecourse_switch_context_by_system_call
        .type   racecourse_switch_context_by_system_call, @function
        .p2align 5
racecourse_switch_context_by_system_call:
        SAVE
        movl    %r11d, %r8d             // the kernel overwrites rcx and r11
        movl    $158, %eax              // arch_prctl
        movl    $0x1002, %edi           // ARCH_SET_FS
        movq    %rdx, %rsi
        syscall
        movl    %r8d, %r11d
        RESTORE
        .size   racecourse_switch_context_by_system_call, . - racecourse_switch_context_by_system_call

// The return address is undefined: an unwinder stops here, which is how an exception that nobody catches reaches
// std::terminate with the stack still standing.
        .globl  racecourse_thread_entry
        .type   racecourse_thread_entry, @function
        .p2align 5
racecourse_thread_entry:
        .cfi_startproc
        .cfi_undefined rip
        xorl    %ebp, %ebp
        call    racecourse_thread_main
        ud2
        .cfi_endproc
        .size   racecourse_thread_entry, . - racecourse_thread_entry

        .section .note.GNU-stack, "", @progbits
