#ifndef RACECOURSE_GRADER_COMPILE_INSTALLATION_H_
#define RACECOURSE_GRADER_COMPILE_INSTALLATION_H_

#include <filesystem>

#include "absl/status/status.h"

namespace racecourse::grader {

// Where Racecourse itself lies: the paths it was built with, unless the environment variables RACECOURSE_SOURCE_DIR and
// RACECOURSE_RUNTIME_DIR say otherwise.
struct Installation {
  std::filesystem::path source;   // has exercises/, solutions/ and framework/include/
  std::filesystem::path runtime;  // has racecourse_runtime.o, racecourse_main.o and what carriers are made of

  std::filesystem::path RuntimeObject() const { return runtime / "racecourse_runtime.o"; }
  std::filesystem::path MainObject() const { return runtime / "racecourse_main.o"; }
  std::filesystem::path CarrierObject() const { return runtime / "racecourse_carrier.o"; }
  std::filesystem::path NativeObject() const {
    return runtime / "racecourse_native.o";
  }  // carriers without a sanitizer
  std::filesystem::path AddressCarrierObject() const { return runtime / "racecourse_address_carrier.o"; }
  std::filesystem::path StressLibrary() const { return runtime / "racecourse_stress.so"; }
  std::filesystem::path FrameworkHeaders() const { return source / "framework" / "include"; }

  // An error that says what to do when one of the first two is missing.
  absl::Status CheckRuntime() const;
};

Installation FindInstallation();

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_INSTALLATION_H_
