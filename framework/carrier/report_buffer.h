// A sanitizer's reports, as JSON, in memory that outlives the process.
#ifndef RACECOURSE_CARRIER_REPORT_BUFFER_H_
#define RACECOURSE_CARRIER_REPORT_BUFFER_H_

#include <cstdint>

namespace racecourse {

struct ReportBuffer {
  static constexpr std::uint32_t kBytes = 1 << 16;
  static constexpr std::uint32_t kReportsMax = 20;

  volatile std::uint32_t length = 0;
  volatile std::uint32_t count = 0;
  // Numbers of threads, by those that the sanitizer gave them in the process of its report; 0 of them: they are equal.
  static constexpr std::uint32_t kThreadsMax = 256;
  std::uint32_t threads[kThreadsMax] = {};
  std::uint32_t thread_count = 0;
  char text[kBytes] = {};  // the elements of a JSON list, without its brackets
};

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_REPORT_BUFFER_H_
