#ifndef RACECOURSE_GRADER_SYSTEM_SHA256_H_
#define RACECOURSE_GRADER_SYSTEM_SHA256_H_

#include <string>

#include "absl/strings/string_view.h"

namespace racecourse::grader {

// Collects fields and names them by one digest. Every field goes in with its length, so ("ab", "c") and ("a", "bc")
// differ. A value type; not for several threads at once.
class Fingerprint {
 public:
  Fingerprint& Add(absl::string_view field);
  // 64 lower-case hexadecimal digits of SHA-256 over all fields.
  std::string Hex() const;

 private:
  std::string fields_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_SHA256_H_
