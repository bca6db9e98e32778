#ifndef RACECOURSE_GRADER_EXECUTOR_SYMBOLIZER_H_
#define RACECOURSE_GRADER_EXECUTOR_SYMBOLIZER_H_

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/trace/trace.h"

namespace racecourse::grader {

struct SourcePlace {
  std::string function;
  std::string file;
  int line = 0;

  bool operator==(const SourcePlace&) const = default;
};

// For each code address the places it stands for: more than one where functions were inlined, innermost first.
using SymbolTable = std::map<Address, std::vector<SourcePlace>>;

// Asks llvm-symbolizer about all addresses at once. Addresses are taken as they are.
absl::StatusOr<SymbolTable> Symbolize(const std::filesystem::path& symbolizer, const std::filesystem::path& program,
                                      const std::set<Address>& addresses);

// The names of global variables at these addresses; an address in none of them is left out.
absl::StatusOr<std::map<Address, std::string>> SymbolizeData(const std::filesystem::path& symbolizer,
                                                             const std::filesystem::path& program,
                                                             const std::set<Address>& addresses);

// "Tally::add" from "Tally::add(unsigned int, long)"; a lambda is named after the function it is written in.
std::string ShortFunctionName(absl::string_view name);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_SYMBOLIZER_H_
