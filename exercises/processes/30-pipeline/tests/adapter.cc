// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include "pipeline.h"

namespace exercise {

Result RunPipeline(const std::vector<Work>& stages, std::string_view input) {
  const std::vector<Stage> work(stages.begin(), stages.end());
  PipelineResult result = run_pipeline(work, input);
  Result in_words;
  for (const Exit& exit : result.status) {
    in_words.status.push_back((exit.kind == Exit::exited ? "exit " : "signal ") + std::to_string(exit.code));
  }
  in_words.out = std::move(result.out);
  return in_words;
}

}  // namespace exercise
