#ifndef RACECOURSE_GRADER_VET_SYMBOL_SCAN_H_
#define RACECOURSE_GRADER_VET_SYMBOL_SCAN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "grader/vet/misuse.h"

namespace racecourse::grader {

struct Symbol {
  std::string name;
  bool is_defined = false;
  bool is_weak = false;  // as inline functions are

  bool operator==(const Symbol&) const = default;
};

// The global symbols in what `nm --format=posix` prints; lines of another shape are passed over.
std::vector<Symbol> ParseSymbols(absl::string_view nm_output);

// Looks for definitions that would stand in for the framework's or libc's own (main, pthread_*, malloc, operator new,
// __tsan_*, …) and for uses that leave no trace of what they reach (dlopen, dlsym). The place of a misuse is where
// `sources` has the name, if they do.
// `is_program`: the submission brings its own main.
std::optional<Misuse> ScanSymbols(const std::vector<Symbol>& symbols, const SourceTexts& sources,
                                  bool is_program = false);

// Looks for definitions of what the runtime itself defines (`own`, the symbols of its object): whichever of the two the
// linker took, the program would not be the one that is watched. Weak functions of C++ are left alone: the runtime's
// are strong, so they win.
std::optional<Misuse> ScanForOwnSymbols(const std::vector<Symbol>& symbols, const std::vector<Symbol>& own,
                                        const SourceTexts& sources);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_VET_SYMBOL_SCAN_H_
