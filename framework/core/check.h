// RC_CHECK: an invariant of the engine itself, checked in release builds too. A failed check is our fault, never the
// student's: it says where, and ends the process with the exit status that the grader reads as `grader_error`.
#ifndef RACECOURSE_CORE_CHECK_H_
#define RACECOURSE_CORE_CHECK_H_

namespace racecourse {

// The exit status by which a program says that the engine, not the submission, failed.
inline constexpr int kEngineFailureStatus = 3;

// Prints `condition` and its place to standard error and ends the process with kEngineFailureStatus.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace racecourse

#define RC_CHECK(condition) \
  (__builtin_expect(!!(condition), 1) ? (void)0 : ::racecourse::CheckFailed(#condition, __FILE_NAME__, __LINE__))

#endif  // RACECOURSE_CORE_CHECK_H_
