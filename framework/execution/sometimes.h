// SOMETIMES(condition): places of a test that some schedule must reach with the condition true.
#ifndef RACECOURSE_EXECUTION_SOMETIMES_H_
#define RACECOURSE_EXECUTION_SOMETIMES_H_

#include <optional>
#include <string>

namespace racecourse {

struct UnreachedSometimes {
  std::string condition;
  std::string file;
  long line = 0;
};

// The first SOMETIMES of the scenario that was never true: one in a function whose name contains `body_function`, or
// one that was evaluated.
std::optional<UnreachedSometimes> FirstUnreachedSometimes(const std::string& body_function);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SOMETIMES_H_
