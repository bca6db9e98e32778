// How a report calls the things that threads synchronise by. The engine numbers them, "mutex#1"; where one is a global
// variable the reader knows it by its name: "mutex 'gate'", or "mutex#1 'gates'" if several are in the same variable.
#ifndef RACECOURSE_GRADER_EXECUTOR_OBJECT_NAMES_H_
#define RACECOURSE_GRADER_EXECUTOR_OBJECT_NAMES_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "grader/trace/trace.h"

namespace racecourse::grader {

class ObjectNames {
 public:
  ObjectNames() = default;
  // `symbols` has the names of global variables by addresses, as SymbolizeData finds them in the
  // program that was run. Other programs, which its processes became, count their objects by the same numbers: what one
  // of them has stays without a name.
  ObjectNames(const TraceFinding& finding, const std::map<Address, std::string>& symbols);

  // The text with the numbered names in it replaced by those.
  std::string In(absl::string_view text) const;

 private:
  std::map<std::string, std::string, std::less<>> names_;  // "mutex#1": "mutex 'gate'"
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_OBJECT_NAMES_H_
