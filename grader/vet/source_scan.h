#ifndef RACECOURSE_GRADER_VET_SOURCE_SCAN_H_
#define RACECOURSE_GRADER_VET_SOURCE_SCAN_H_

#include <optional>
#include <string>
#include <vector>

#include "grader/vet/misuse.h"

namespace racecourse::grader {

// Looks for what would hide accesses from the detectors or read files that are nobody's business: inline assembly,
// attributes that switch instrumentation off, includes that leave the submission, #embed, reserved names.
// `allowed_includes`: headers in <> or "" that may be included besides the submission's own; empty: any. A determined
// student can get around a scan of text (by token pasting, say), so this is one layer of several.
std::optional<Misuse> ScanSources(const SourceTexts& sources, const std::vector<std::string>& allowed_includes);

// The first line of any source that has `identifier` as a token; nothing when none has.
std::optional<Misuse> FindIdentifier(const SourceTexts& sources, const std::string& identifier);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_VET_SOURCE_SCAN_H_
