#ifndef RACECOURSE_GRADER_TRACE_SANITIZER_TEXT_H_
#define RACECOURSE_GRADER_TRACE_SANITIZER_TEXT_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "grader/trace/trace.h"

namespace racecourse::grader {

// Reads what AddressSanitizer, LeakSanitizer and UBSan wrote without symbols, each frame as "#0 0x401234". The kind of
// a report is in the sanitizer's words ("heap-use-after-free", "leak", "undefined-behavior"), its message what the
// sanitizer says about the place, and its stacks are those of the access and of the block's life, not of the threads'
// beginnings. Text that is no report is passed over.
std::vector<TraceWitness::Report> ParseSanitizerText(absl::string_view text);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_TRACE_SANITIZER_TEXT_H_
