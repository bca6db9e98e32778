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

// The same where program code calls it time and again: looked up before main, because what a function finds out during
// an execution is forgotten with it. RC_LOOKED_UP(name) stands at namespace scope before RC_KNOWN_REAL(name).
#define RC_LOOKED_UP(name)                                                 \
  static decltype(&::name) RealFunction_##name() { return RC_REAL(name); } \
  [[maybe_unused]] static const auto looked_up_##name = RealFunction_##name();
#define RC_KNOWN_REAL(name) RealFunction_##name()

// The definition replaces libc's for the program and all its libraries.
#define RC_INTERPOSE extern "C" __attribute__((visibility("default")))

#endif  // RACECOURSE_INTERPOSE_FORWARD_H_
