#ifndef RACECOURSE_GRADER_COMPILE_DRIVER_ARGUMENTS_H_
#define RACECOURSE_GRADER_COMPILE_DRIVER_ARGUMENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace racecourse::grader {

enum class Language { kC, kCxx };
enum class Variant { kSystematic, kThreadSanitizer, kAddressSanitizer, kDebugger, kNative };

// One command of a compiler driver, e.g. what `racecourse c++ -o demo main.cc -lm` stands for.
struct DriverArguments {
  struct Source {
    std::string file;
    std::string language;  // of the -x before it; empty: by its ending
    bool operator==(const Source&) const = default;
  };
  // What the linker sees, in the order of the command line: a source (by its number) or an argument as it stands.
  struct LinkItem {
    int source = -1;
    std::string argument;
    bool operator==(const LinkItem&) const = default;
  };
  Variant variant = Variant::kSystematic;
  std::vector<std::string> compile_options;  // for every source; without optimization, PIE and sanitizer options
  std::vector<Source> sources;
  std::vector<LinkItem> link_items;
  std::string output;                     // of -o; may be empty
  bool stops_before_link = false;         // -c, -S, -E, -fsyntax-only, -M, -MM; a header
  bool is_query = false;                  // nothing to compile or link: --version, -v, -print-…
  bool makes_shared_object = false;       // -shared
  bool makes_relocatable_object = false;  // -r
};

// Reads the arguments of a clang command line (after response files were put in their place). Everything clang knows
// passes through, except:
//   * -O… : programs are always compiled with -O1, where instrumented code runs fastest;
//   * -fpie, -fPIE, -pie, -static-pie : programs are never position independent, so that addresses repeat;
//   * -fomit-frame-pointer, -g0 : reports need both;
//   * -fsanitize=thread : is already part of compiling, and must not reach the linker. Other sanitizers are refused;
//   * -fno-sanitize…, -fsanitize-ignorelist= : would switch the watching off, and a program with a race would pass.
absl::StatusOr<DriverArguments> ParseDriverArguments(const std::vector<std::string>& arguments);

// Replaces every @file by the arguments in that file, as GNU tools and clang do: separated by blanks, quotes and
// backslashes protect. A file that cannot be read leaves its argument as it is.
std::vector<std::string> ExpandResponseFiles(const std::vector<std::string>& arguments);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_COMPILE_DRIVER_ARGUMENTS_H_
