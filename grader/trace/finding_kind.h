#ifndef RACECOURSE_GRADER_TRACE_FINDING_KIND_H_
#define RACECOURSE_GRADER_TRACE_FINDING_KIND_H_

#include "absl/strings/string_view.h"

namespace racecourse::grader {

// Whether `kind` is one of the result schema's kinds, e.g. "data_race".
bool IsFindingKind(absl::string_view kind);

// A heading for people: "data race", "lost wake-up", "use after free".
absl::string_view FindingKindTitle(absl::string_view kind);

// True for findings about threads that cannot go on; in others a waiting thread is of no interest.
bool IsAboutWaiting(absl::string_view kind);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_TRACE_FINDING_KIND_H_
