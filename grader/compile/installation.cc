#include "grader/compile/installation.h"

#include <cstdlib>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

fs::path FromEnvironment(const char* variable, const char* built_in) {
  const char* value = std::getenv(variable);
  const fs::path path = value != nullptr && *value != '\0' ? value : built_in;
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(path, error);
  return error ? path : canonical;
}

}  // namespace

Installation FindInstallation() {
  return {.source = FromEnvironment("RACECOURSE_SOURCE_DIR", RACECOURSE_SOURCE_DIR),
          .runtime = FromEnvironment("RACECOURSE_RUNTIME_DIR", RACECOURSE_RUNTIME_DIR)};
}

absl::Status Installation::CheckRuntime() const {
  for (const fs::path& object : {RuntimeObject(), MainObject()}) {
    std::error_code ignored;
    if (!fs::is_regular_file(object, ignored)) {
      return absl::InternalError(absl::StrCat("the runtime is not built: ", object.string(),
                                              " is missing; build it with: cmake --workflow --preset release"));
    }
  }
  return absl::OkStatus();
}

}  // namespace racecourse::grader
