// What the GoogleTest side of a test program (framework/testing) calls in the engine, by C linkage: the engine's object
// file shows nothing else.
#ifndef RACECOURSE_EXECUTION_SCENARIO_ENTRY_H_
#define RACECOURSE_EXECUTION_SCENARIO_ENTRY_H_

extern "C" {
// Runs a scenario; returns 0 passed, 1 failed, 2 inconclusive, 3 engine error, and says in `message` why.
int racecourse_run_scenario(const char* name, const char* file, int line, int schedules, const char* body_function,
                            void (*body)(), char* message, unsigned long message_size);
void racecourse_begin_trace();
void racecourse_end_trace(int tests, int failed);
int racecourse_trace_descriptor();
// Between the two, calls of the current thread are not part of the program: nothing is scheduled, nothing recorded.
void racecourse_suspend();
void racecourse_resume();
// 1 if program code runs under control, suspended or not.
int racecourse_is_controlled();
// Ends the execution with the finding `assertion`.
void racecourse_fail_assertion(const char* message);
}

#endif  // RACECOURSE_EXECUTION_SCENARIO_ENTRY_H_
