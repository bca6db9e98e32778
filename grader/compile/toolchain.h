#ifndef RACECOURSE_GRADER_COMPILE_TOOLCHAIN_H_
#define RACECOURSE_GRADER_COMPILE_TOOLCHAIN_H_

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace racecourse::grader {

// clang and the LLVM tools beside it, all of one major version.
struct Toolchain {
  int major_version = 0;
  std::string version;               // "Debian clang version 19.1.7 (3~deb12u1)"
  std::filesystem::path clang;       // compiles C
  std::filesystem::path clangxx;     // compiles C++ and links
  std::filesystem::path symbolizer;  // empty when it is not installed
  std::filesystem::path nm;          // llvm-nm, or binutils' nm; may be empty
  std::filesystem::path dis;         // llvm-dis; may be empty
  std::filesystem::path lld;         // may be empty
};

inline constexpr int kClangVersionWanted = 19;
inline constexpr int kClangVersionMin = 15;

// clang 19 if it is there, otherwise the newest clang that is not older than 15.
absl::StatusOr<Toolchain> FindToolchain();

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_TOOLCHAIN_H_
