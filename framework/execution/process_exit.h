// The end of a whole program: what exit runs, and in which thread. Source: C++20 [basic.start.term],
// [support.start.term]; ISO C 7.22.4.
//
// Destructors of static objects and functions given to atexit run under control, in the thread that calls exit or
// returns from main, while the others go on: what they touch then is watched. Threads: program code only, or before
// main.
#ifndef RACECOURSE_EXECUTION_PROCESS_EXIT_H_
#define RACECOURSE_EXECUTION_PROCESS_EXIT_H_

namespace racecourse {

// Registered by atexit, or by the compiler for a static object (__cxa_atexit).
struct ExitHandler {
  void (*run)(void*);
  void* argument;
  ExitHandler* next;
};

// The handlers that are still to run, newest first.
struct ExitHandlers {
  ExitHandler* normal = nullptr;
  ExitHandler* quick = nullptr;  // of at_quick_exit
};

void AddExitHandler(void (*run)(void*), void* argument, bool is_quick);

// What is registered now, before the first execution, is what each of them begins with.
void KeepExitHandlers();
void ResetExitHandlers();

// exit(status).
[[noreturn]] void ExitProcess(int status);
// main returned `status`, or the last thread ended.
[[noreturn]] void ReturnFromProgram(int status);
// quick_exit(status): only what at_quick_exit registered runs.
[[noreturn]] void QuickExitProcess(int status);
// _exit(status): nothing runs.
[[noreturn]] void EndProcessAtOnce(int status);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_PROCESS_EXIT_H_
