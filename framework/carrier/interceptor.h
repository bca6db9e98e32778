// Definitions of our own that stand before the sanitizer's interceptors, which are weak, and call them.
#ifndef RACECOURSE_CARRIER_INTERCEPTOR_H_
#define RACECOURSE_CARRIER_INTERCEPTOR_H_

// The definition replaces the sanitizer's for the program and all its libraries.
#define RC_CARRY extern "C" __attribute__((visibility("default"), used))

// The sanitizer's interceptor of `name`.
#define RC_SANITIZED(name) __interceptor_##name

// Calls it in place of the function that says so: the sanitizer then sees the program's own call.
#define RC_GO_ON [[clang::musttail]] return

#endif  // RACECOURSE_CARRIER_INTERCEPTOR_H_
