// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include "isolate.h"

namespace exercise {
namespace {

std::string InWords(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::value:
      return "value";
    case Outcome::threw:
      return "threw";
    case Outcome::crashed:
      return "crashed " + std::to_string(outcome.signal);
    case Outcome::timed_out:
      return "timed out";
    case Outcome::over_limit:
      return "over limit";
  }
  return "an outcome of no kind";
}

}  // namespace

Result Isolate(const std::function<std::string()>& work, std::chrono::milliseconds limit, std::size_t max_bytes) {
  const Outcome outcome = isolate(work, limit, max_bytes);
  return {InWords(outcome), outcome.data};
}

}  // namespace exercise
