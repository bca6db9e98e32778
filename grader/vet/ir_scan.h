#ifndef RACECOURSE_GRADER_VET_IR_SCAN_H_
#define RACECOURSE_GRADER_VET_IR_SCAN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "grader/vet/misuse.h"

namespace racecourse::grader {

// Looks, in what the compiler made of a source (LLVM's assembly, after optimisation and instrumentation), for code that
// the detectors do not see: functions that access memory and were left uninstrumented, naked ones, and inline assembly.
// However a student wrote that, by which macros or pragmas: here it shows. What comes from files below one of
// `trusted_roots` (the system's and the course's own headers) is left alone. The place is from debug information, and
// has no file where there is none.
std::optional<Misuse> ScanIr(absl::string_view ir, const std::vector<std::string>& trusted_roots);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_VET_IR_SCAN_H_
