// What the tests know about a submission: this function, never the student's header itself.

#ifndef CUBICLE_WALLS_ADAPTER_H_
#define CUBICLE_WALLS_ADAPTER_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace exercise {

// What became of the work, in words: "value", "threw", "crashed 11", "timed out" or "over limit".
struct Result {
  std::string kind;
  std::string data;
};

Result Isolate(const std::function<std::string()>& work, std::chrono::milliseconds limit = {},
               std::size_t max_bytes = 1 << 20);

}  // namespace exercise

#endif  // CUBICLE_WALLS_ADAPTER_H_
