// The sanitizer's reports, as JSON, in memory that outlives the process.
#ifndef RACECOURSE_CARRIER_REPORT_BUFFER_H_
#define RACECOURSE_CARRIER_REPORT_BUFFER_H_

#include <cstdint>

namespace racecourse {

struct ReportBuffer {
  static constexpr std::uint32_t kBytes = 1 << 16;
  static constexpr std::uint32_t kReportsMax = 20;

  volatile std::uint32_t length = 0;
  volatile std::uint32_t count = 0;
  char text[kBytes] = {};  // the elements of a JSON list, without its brackets
};

// Where reports go from now on.
void CollectReports(ReportBuffer* buffer);

// Makes a race in this process, with real threads. True if the sanitizer reports it: then its silence means something.
bool CanaryIsReported();

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_REPORT_BUFFER_H_
