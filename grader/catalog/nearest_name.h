#ifndef RACECOURSE_GRADER_CATALOG_NEAREST_NAME_H_
#define RACECOURSE_GRADER_CATALOG_NEAREST_NAME_H_

#include <span>
#include <string>

#include "absl/strings/string_view.h"

namespace racecourse::grader {

// "; did you mean 'points'?" when one of `known` is close to `name`, else empty: the end of an error message.
std::string DidYouMean(absl::string_view name, std::span<const std::string> known);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CATALOG_NEAREST_NAME_H_
