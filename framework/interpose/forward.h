// For interposed functions: reaching libc's own version when no program code runs under control.
#ifndef RACECOURSE_INTERPOSE_FORWARD_H_
#define RACECOURSE_INTERPOSE_FORWARD_H_

#include "framework/execution/execution.h"

// libc's definition of the function `name`, which must be declared.
#define RC_REAL(name)                                                                                       \
  ([]() {                                                                                                   \
    static decltype(&::name) real;                                                                          \
    if (real == nullptr) real = reinterpret_cast<decltype(&::name)>(::racecourse::FindRealFunction(#name)); \
    return real;                                                                                            \
  }())

// The definition replaces libc's for the program and all its libraries.
#define RC_INTERPOSE extern "C" __attribute__((visibility("default")))

#endif  // RACECOURSE_INTERPOSE_FORWARD_H_
