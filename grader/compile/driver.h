#ifndef RACECOURSE_GRADER_COMPILE_DRIVER_H_
#define RACECOURSE_GRADER_COMPILE_DRIVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/compile/driver_arguments.h"
#include "grader/compile/installation.h"
#include "grader/compile/toolchain.h"

namespace racecourse::grader {

// Stands in for clang: compiles and links whole programs so that they can be explored. Compiling and linking in one
// command becomes one command per source and one for the linker, because -fsanitize=thread is for the former only.
// Returns the exit status to end with: 0, or that of the command that failed. Runs commands with our own stdin, stdout
// and stderr.
absl::StatusOr<int> RunCompilerDriver(Language language, const std::vector<std::string>& arguments,
                                      const Toolchain& toolchain, const Installation& installation);

// The command that compiles one source, up to its -o; for tests.
std::vector<std::string> CompileCommand(Language language, const DriverArguments& parsed,
                                        const DriverArguments::Source& source, const Toolchain& toolchain,
                                        const Installation& installation);

// The command that links; `objects` has one file for each source.
std::vector<std::string> LinkCommand(Language language, const DriverArguments& parsed,
                                     const std::vector<std::string>& objects, const Toolchain& toolchain,
                                     const Installation& installation);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_DRIVER_H_
