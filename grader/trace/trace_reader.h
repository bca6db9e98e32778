#ifndef RACECOURSE_GRADER_TRACE_TRACE_READER_H_
#define RACECOURSE_GRADER_TRACE_TRACE_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grader/trace/trace.h"
#include "nlohmann/json_fwd.hpp"

namespace racecourse::grader {

struct TraceLimits {
  std::size_t line_bytes_max = std::size_t{16} << 20;
  std::size_t total_bytes_max = std::size_t{256} << 20;
  std::size_t records_max = 1'000'000;
};

// How far a running scenario is.
struct TraceProgress {
  std::string scenario;
  std::int64_t executions = 0;
  std::int64_t schedules = 0;
};

// Reads a trace while it is being written. The trace is untrusted: lengths, types and ranges are checked before
// anything is believed, and the first thing that is wrong ends the reading with an error that names the line.
class TraceReader {
 public:
  using ProgressListener = std::function<void(const TraceProgress&)>;

  explicit TraceReader(ProgressListener on_progress = nullptr, TraceLimits limits = {});

  // Takes the next bytes, cut anywhere.
  absl::Status Feed(absl::string_view bytes);

  // What the program said. A last line without its end is dropped: the writer died in it.
  Trace Finish() &&;

 private:
  absl::Status ReadLine(absl::string_view line);
  absl::Status ReadRecord(absl::string_view type, const nlohmann::json& record, const std::string& place);
  TraceScenario& ScenarioNamed(const std::string& name);

  const ProgressListener on_progress_;
  const TraceLimits limits_;
  Trace trace_;
  std::string partial_line_;
  std::size_t total_bytes_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_TRACE_TRACE_READER_H_
