#ifndef RACECOURSE_GRADER_VET_DEPENDENCY_SCAN_H_
#define RACECOURSE_GRADER_VET_DEPENDENCY_SCAN_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "grader/vet/misuse.h"

namespace racecourse::grader {

// Looks, among all files that a compilation read, for one that lies neither in the submission (a relative path without
// "..") nor below one of `roots`. This catches what a scan of the text cannot, such as an include made by macros.
std::optional<Misuse> ScanDependencies(const std::vector<std::string>& files_read,
                                       const std::vector<std::filesystem::path>& roots);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_VET_DEPENDENCY_SCAN_H_
