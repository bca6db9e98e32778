#ifndef RACECOURSE_GRADER_REPORT_TIMELINE_H_
#define RACECOURSE_GRADER_REPORT_TIMELINE_H_

#include <optional>
#include <string>
#include <vector>

#include "grader/rubric/finding.h"

namespace racecourse::grader {

// What a report shows of an execution, before it is laid out.
struct TimelineEntry {
  enum class Kind {
    kWork,        // a thread at a line
    kSwitch,      // the scheduler switched away from `thread`; `frame` is the line it was about to execute, if known
    kRepetition,  // `thread` did what is above it `count` more times
    kGap,         // `count` entries are left out
  };
  Kind kind = Kind::kWork;
  std::string thread;
  std::optional<Frame> frame;
  std::vector<std::string> actions;  // "reads 0", "lock mutex#1"
  int count = 0;

  bool operator==(const TimelineEntry&) const = default;
};

// Joins steps of a thread at a line, marks switches, folds repetitions, and keeps at most `entries_max`, those at the
// end first, because that is where things go wrong.
std::vector<TimelineEntry> MakeTimeline(const std::vector<StepRow>& steps, std::size_t entries_max = 60);

// What a step did, in a word or two: "reads 0", "writes 1", "lock mutex#1 (blocks)".
std::string ActionOf(const StepRow& step);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_TIMELINE_H_
