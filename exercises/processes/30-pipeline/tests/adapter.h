// What the tests know about a submission: this function, never the student's header itself.

#ifndef PIPELINE_ADAPTER_H_
#define PIPELINE_ADAPTER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace exercise {

// How a stage ended, in words: "exit 0" or "signal 13".
struct Result {
  std::vector<std::string> status;
  std::string out;
};

using Work = std::function<int()>;

Result RunPipeline(const std::vector<Work>& stages, std::string_view input);

}  // namespace exercise

#endif  // PIPELINE_ADAPTER_H_
