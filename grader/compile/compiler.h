#ifndef RACECOURSE_GRADER_COMPILE_COMPILER_H_
#define RACECOURSE_GRADER_COMPILE_COMPILER_H_

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/compile/build_cache.h"
#include "grader/compile/flags.h"
#include "grader/compile/toolchain.h"
#include "grader/vet/misuse.h"

namespace racecourse::grader {

// One source to compile.
struct CompileJob {
  std::filesystem::path source;     // relative to `directory`, or absolute
  std::filesystem::path directory;  // where the compiler runs
  std::vector<std::string> variant_flags = SystematicCompileFlags();
  std::vector<std::string> flags;  // besides those of the variant: -I, …
  // Directories whose place must not matter, and the names that debug information calls them by instead.
  std::vector<std::pair<std::filesystem::path, std::string>> renamed_directories;
  // Not empty for a student's source: what the compiler makes of it is scanned, but for what comes from below these.
  std::vector<std::string> trusted_roots;
  std::string content;  // fingerprint of all files of ours and the student's that it may read
};

struct CompiledObject {
  std::filesystem::path object;         // empty: it does not compile
  std::string diagnostics;              // clang's own words, when it does not compile
  std::vector<std::string> files_read;  // those in renamed directories by their new names
  std::optional<Misuse> misuse;         // in what was compiled, if the job asks
};

// Compiles and links through the cache. Thread-safe; borrows the toolchain.
class Compiler {
 public:
  Compiler(const Toolchain& toolchain, BuildCache cache) : toolchain_(toolchain), cache_(std::move(cache)) {}

  // An error means that the compiler could not be run; source that does not compile is not an error.
  absl::StatusOr<CompiledObject> Compile(const CompileJob& job) const;

  // Links objects of the cache and the runtime's into a program of the cache, of the variant that `flags` make. When it
  // does not link, `object` is empty.
  absl::StatusOr<CompiledObject> Link(const std::vector<std::filesystem::path>& objects,
                                      const std::vector<std::string>& libraries,
                                      const std::vector<std::string>& flags) const;

  const Toolchain& toolchain() const { return toolchain_; }

 private:
  const Toolchain& toolchain_;
  const BuildCache cache_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_COMPILER_H_
