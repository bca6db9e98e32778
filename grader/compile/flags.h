#ifndef RACECOURSE_GRADER_COMPILE_FLAGS_H_
#define RACECOURSE_GRADER_COMPILE_FLAGS_H_

#include <string>
#include <vector>

namespace racecourse::grader {

// What every compilation of the systematic variant gets. `-fsanitize=thread` is for compiling only: it makes clang call
// __tsan_*, which our runtime defines; at link time it would bring in the other runtime.
inline std::vector<std::string> SystematicCompileFlags() {
  return {"-O1", "-g", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-fno-pie", "-fsanitize=thread",
          "-mllvm", "-tsan-instrument-func-entry-exit=0",
          // clang 19 leaves out accesses to parts of local variables (a member, an array element) that other threads
          // reach: it asks whether that part's own address escapes, not the variable's (llvm-project issue 132739).
          // With nothing explored, every address counts as escaped.
          "-mllvm", "-capture-tracking-max-uses-to-explore=0",
          // libstdc++ 12's own semaphore can lose a wake-up (its count goes 1, 0, 1 between a look and the wait); this
          // macro of libstdc++ makes std::counting_semaphore stand on sem_t instead.
          "-D_GLIBCXX_USE_POSIX_SEMAPHORE=1", "-DRACECOURSE_UNDER_TEST=1"};
}

// The address-sanitizer variant: the same code, with AddressSanitizer and UBSan in it and calls for atomics alone,
// which are scheduling points. The driver knows no program of two sanitizers, because their runtimes exclude each
// other; the compiler proper does, and of the second there is only the instrumentation. UBSan goes on after a report,
// so that one from a header of the system, which is dropped, hides no other. Off is what needs type information (vptr,
// function).
inline std::vector<std::string> AddressCompileFlags() {
  std::vector<std::string> flags = SystematicCompileFlags();
  std::erase(flags, "-fsanitize=thread");
  for (const char* flag :
       {"-fsanitize=address,undefined", "-fno-sanitize=vptr,function", "-Xclang", "-fsanitize=thread", "-mllvm",
        "-tsan-instrument-memory-accesses=0", "-mllvm", "-tsan-instrument-memintrinsics=0"}) {
    flags.emplace_back(flag);
  }
  return flags;
}

// No PIE: pointers are then the same in every run.
inline std::vector<std::string> SystematicLinkFlags() { return {"-no-pie", "-fuse-ld=lld"}; }

// For programs on carriers, which are made of the same objects as the systematic one. What is no interceptor in a
// sanitizer, and so cannot be replaced, is wrapped (framework/carrier). These are all flags of the debugger variant.
inline std::vector<std::string> CarrierLinkFlags() {
  std::vector<std::string> flags = {"-no-pie", "-fuse-ld=lld", "-Wl,--wrap=__cxa_guard_acquire",
                                    "-Wl,--wrap=__tsan_atomic_thread_fence"};
  for (const char* bits : {"8", "16", "32", "64", "128"}) {
    for (const char* operation :
         {"load", "store", "exchange", "fetch_add", "fetch_sub", "fetch_and", "fetch_or", "fetch_xor", "fetch_nand",
          "compare_exchange_strong", "compare_exchange_weak", "compare_exchange_val"}) {
      flags.push_back(std::string("-Wl,--wrap=__tsan_atomic") + bits + "_" + operation);
    }
  }
  return flags;
}

// Those of a sanitizer have its own runtime besides.
inline std::vector<std::string> WitnessLinkFlags() {
  std::vector<std::string> flags = CarrierLinkFlags();
  flags.push_back("-fsanitize=thread");
  flags.push_back("-Wl,--wrap=__tsan_create_fiber");
  return flags;
}
inline std::vector<std::string> AddressLinkFlags() {
  std::vector<std::string> flags = CarrierLinkFlags();
  flags.push_back("-fsanitize=address,undefined");
  return flags;
}

// For test programs: GoogleTest's own work on a failed expectation is no part of the student's program.
inline constexpr char kWrapAssertHelper[] = "-Wl,--wrap=_ZNK7testing8internal12AssertHelperaSERKNS_7MessageE";

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_FLAGS_H_
