// libc's own versions of functions that we interpose, for engine code and for programs before main.
#ifndef RACECOURSE_EXECUTION_REAL_FUNCTIONS_H_
#define RACECOURSE_EXECUTION_REAL_FUNCTIONS_H_

namespace racecourse {

// The definition of `name` that would be found without us; the process ends with the engine's status if there is none.
void* FindRealFunction(const char* name);

// Where the engine itself needs one often; interposers look theirs up at first use (see interpose/forward.h).
struct RealFunctions {
  int (*pthread_create)(unsigned long*, const void*, void* (*)(void*), void*) = nullptr;
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_REAL_FUNCTIONS_H_
