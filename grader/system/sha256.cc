#include "grader/system/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace racecourse::grader {

Fingerprint& Fingerprint::Add(absl::string_view field) {
  absl::StrAppend(&fields_, field.size(), ":", field);
  return *this;
}

std::string Fingerprint::Hex() const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(fields_.data(), fields_.size(), digest, &size, EVP_sha256(), nullptr) != 1) std::abort();
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

}  // namespace racecourse::grader
